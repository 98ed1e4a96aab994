package dev.fovea.server.process;

import dev.fovea.kernel.NativeProcess;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * Where no locale is set, as in containers and services, the JVM takes all but ASCII out of
 * arguments, variables and names of files, and nothing that runs in it can change that: so it
 * begins again, in a locale of UTF-8.
 */
public final class Utf8Locale {
  private static final String VARIABLE = "LC_ALL";
  private static final String VALUE = "C.UTF-8";

  private Utf8Locale() {}

  /**
   * Comes back where names can be read, or cannot be had to be: then one line says so if an
   * argument has suffered.
   */
  public static void ensure(String... args) {
    if (!namesAreAscii() || VALUE.equals(System.getenv(VARIABLE))) {
      return;
    }
    String failure = NativeProcess.restartWith(VARIABLE, VALUE);
    if (Stream.of(args).anyMatch(arg -> arg.indexOf('\ufffd') >= 0)) {
      System.err.println(
          "arguments beyond ASCII cannot be read in this locale: set LC_ALL=C.UTF-8 ("
              + failure
              + ")");
    }
  }

  private static boolean namesAreAscii() {
    String charset = System.getProperty("sun.jnu.encoding");
    return charset != null
        && Charset.isSupported(charset)
        && Charset.forName(charset).equals(StandardCharsets.US_ASCII);
  }
}
