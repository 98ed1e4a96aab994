import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Rewrites every jar below a folder as stored entries, so that the archive around them compresses
 * them once and well, and leaves out native libraries that are not used or not for Linux on x86-64.
 *
 * <p>{@code java StoreJars.java FOLDER}
 */
final class StoreJars {
  private static final Pattern UNUSED_NATIVE =
      Pattern.compile(
          "native/lib/(osx|win|linux-aarch64)[^/]*/.*|.*/(darwin|windows|win32)[^/]*/.*\\.(dll|dylib)"
              // Of the CUDA presets only the runtime's and cuBLAS's wrappers are used.
              + "|org/bytedeco/cuda/linux-x86_64/libjni(?!cudart|cublas)\\w+\\.so");

  public static void main(String[] args) throws IOException {
    List<Path> jars;
    try (Stream<Path> all = Files.walk(Path.of(args[0]))) {
      jars = all.filter(file -> file.toString().endsWith(".jar")).toList();
    }
    for (Path jar : jars) {
      Path stored = jar.resolveSibling(jar.getFileName() + ".stored");
      try (ZipFile in = new ZipFile(jar.toFile());
          ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(stored))) {
        out.setMethod(ZipOutputStream.STORED);
        in.stream()
            .filter(entry -> !UNUSED_NATIVE.matcher(entry.getName()).matches())
            .forEach(entry -> copy(in, entry, out));
      }
      Files.move(stored, jar, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void copy(ZipFile in, ZipEntry entry, ZipOutputStream out) {
    try {
      byte[] bytes = in.getInputStream(entry).readAllBytes();
      CRC32 crc = new CRC32();
      crc.update(bytes);
      ZipEntry stored = new ZipEntry(entry.getName());
      stored.setTime(entry.getTime());
      stored.setSize(bytes.length);
      stored.setCrc(crc.getValue());
      out.putNextEntry(stored);
      out.write(bytes);
      out.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(in.getName() + ": " + entry, e);
    }
  }
}
