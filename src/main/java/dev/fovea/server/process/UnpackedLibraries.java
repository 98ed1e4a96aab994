package dev.fovea.server.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;

/**
 * Native libraries that an earlier process has unpacked. JavaCPP and the tokenizer library load
 * what they find: so what differs from the library in the application is deleted before, and they
 * unpack it anew.
 */
final class UnpackedLibraries {
  private static final String TOKENIZERS = "native/lib/linux-x86_64/cpu/libtokenizers.so";

  private final Path folder;
  private final ClassLoader application;

  /**
   * @param folder a private one
   */
  UnpackedLibraries(Path folder, ClassLoader application) {
    this.folder = folder;
    this.application = application;
  }

  /** Where JavaCPP unpacks: below the name of a jar, each by its name in the jar. */
  Path javacpp() {
    return folder.resolve("javacpp");
  }

  /** Where the tokenizer library is unpacked: each build of it in a folder of its own. */
  Path tokenizers() {
    return folder.resolve("djl-" + Long.toHexString(checksum(TOKENIZERS, "").orElse(0)));
  }

  /** Deletes what is damaged or of another build. What cannot be deleted stays, and is told of. */
  void discardDamaged() {
    try {
      discard();
    } catch (IOException e) {
      System.err.println("native libraries cannot be looked at: " + e);
    }
  }

  private void discard() throws IOException {
    Files.createDirectories(javacpp());
    // JavaCPP holds this lock while it unpacks.
    try (FileChannel file =
            FileChannel.open(
                javacpp().resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      for (Path library : libraries(javacpp())) {
        Path place = javacpp().relativize(library);
        String name = place.subpath(1, place.getNameCount()).toString();
        discardUnless(library, checksum(name, place.getName(0).toString()));
      }
    }
    for (Path library : libraries(tokenizers())) {
      discardUnless(library, checksum(TOKENIZERS, ""));
    }
  }

  private static List<Path> libraries(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".so") && Files.isRegularFile(file))
          .toList();
    }
  }

  /** What the application does not have is another's, and stays. */
  private static void discardUnless(Path library, OptionalLong expected) throws IOException {
    if (expected.isPresent() && checksum(library) != expected.getAsLong()) {
      Files.delete(library);
    }
  }

  private static long checksum(Path file) throws IOException {
    CRC32 sum = new CRC32();
    try (InputStream in = new CheckedInputStream(Files.newInputStream(file), sum)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return sum.getValue();
  }

  /**
   * What the application's jars say of a file in them.
   *
   * @param jar the name of the one that it is in; empty: any
   */
  private OptionalLong checksum(String resource, String jar) {
    try {
      for (URL url : Collections.list(application.getResources(resource))) {
        if (url.openConnection() instanceof JarURLConnection entry
            && (jar.isEmpty() || Path.of(entry.getJarFileURL().getPath()).endsWith(jar))) {
          return OptionalLong.of(entry.getJarEntry().getCrc());
        }
      }
    } catch (IOException e) {
      // As if it were not there: what was unpacked stays.
    }
    return OptionalLong.empty();
  }
}
