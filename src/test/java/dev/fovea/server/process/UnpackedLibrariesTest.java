package dev.fovea.server.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What lies damaged in the cache is not loaded. */
class UnpackedLibrariesTest {
  private static final String OURS = "dev/fovea/libours.so";
  private static final String TOKENIZERS = "native/lib/linux-x86_64/cpu/libtokenizers.so";

  @TempDir private Path folder;
  private URLClassLoader application;
  private UnpackedLibraries libraries;

  @BeforeEach
  void packAnApplication() throws IOException {
    Path jar = folder.resolve("app.jar");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String name : new String[] {OURS, TOKENIZERS}) {
        out.putNextEntry(new ZipEntry(name));
        out.write(("code of " + name).getBytes());
        out.closeEntry();
      }
    }
    application = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null);
    libraries = new UnpackedLibraries(folder.resolve("cache"), application);
  }

  @AfterEach
  void close() throws IOException {
    application.close();
  }

  @Test
  void onlyWhatIsAsInTheApplicationStays() throws IOException {
    Path ours = libraries.javacpp().resolve("app.jar").resolve(OURS);
    Path tokenizers = libraries.tokenizers().resolve("tokenizers/1.0/libtokenizers.so");
    Path others = libraries.javacpp().resolve("other.jar").resolve(OURS);
    put(ours, "code of " + OURS);
    put(tokenizers, "code of " + TOKENIZERS);
    put(others, "code of another version");
    libraries.discardDamaged();
    assertThat(ours).exists();
    assertThat(tokenizers).exists();
    assertThat(others).exists();

    put(ours, "Code of " + OURS);
    put(tokenizers, "");
    libraries.discardDamaged();
    assertThat(ours).doesNotExist();
    assertThat(tokenizers).doesNotExist();
    assertThat(others).exists();
  }

  private static void put(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
