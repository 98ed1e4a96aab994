package dev.fovea.server.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** What libraries read from the process, set before any of them loads. */
public final class ProcessSettings {
  private static final String CACHE = "FOVEA_CACHE";
  private static final Path NOWHERE = Path.of("/dev/null");

  private ProcessSettings() {}

  /**
   * For the beginning of {@code main}.
   *
   * @throws IllegalArgumentException with one line, if the environment asks for what cannot be had
   */
  public static void apply() {
    // Some libraries write numbers for machines by the default locale, which may have other digits.
    Locale.setDefault(Locale.ROOT);
    System.setOut(utf8(FileDescriptor.out));
    System.setErr(utf8(FileDescriptor.err));
    // JavaCPP would count memory-mapped weights against the Java heap and refuse them.
    setDefault("org.bytedeco.javacpp.maxbytes", "0");
    setDefault("org.bytedeco.javacpp.maxphysicalbytes", "0");
    setDefault("ai.djl.offline", "true");
    unpackPrivately();
  }

  /**
   * Left to themselves, the libraries would look for a place in everybody's temporary files,
   * whoever has put what there.
   */
  private static void unpackPrivately() {
    String given = System.getenv("DJL_CACHE_DIR");
    Optional<Path> cache = cache();
    if (cache.isEmpty() && given == null) {
      throw new IllegalArgumentException(
          "nowhere to unpack the native libraries: expected a home or a folder of temporary files to"
              + " write to; FOVEA_CACHE names another folder");
    }
    UnpackedLibraries libraries =
        new UnpackedLibraries(cache.orElse(NOWHERE), ProcessSettings.class.getClassLoader());
    setDefault("org.bytedeco.javacpp.cachedir", libraries.javacpp().toString());
    setDefault("DJL_CACHE_DIR", libraries.tokenizers().toString());
    if (cache.isPresent()) {
      libraries.discardDamaged();
    }
  }

  private static Optional<Path> cache() {
    String named = System.getenv(CACHE);
    if (named == null || named.isEmpty()) {
      return PrivateFolder.find(
          System.getenv(), System.getProperty("user.home"), System.getProperty("java.io.tmpdir"));
    }
    Path folder = Path.of(named).toAbsolutePath();
    if (!PrivateFolder.isOwn(folder)) {
      throw new IllegalArgumentException(
          CACHE + ": expected a folder of this user that no other can write to, got " + folder);
    }
    return Optional.of(folder);
  }

  /** Whatever the locale: text comes out as it goes in. */
  private static PrintStream utf8(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }

  private static void setDefault(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }
}
