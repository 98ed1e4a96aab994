package dev.fovea.server.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** What libraries read from the process, set before any of them loads. */
public final class ProcessSettings {
  private ProcessSettings() {}

  /** For the beginning of {@code main}. */
  public static void apply() {
    // Some libraries write numbers for machines by the default locale, which may have other digits.
    Locale.setDefault(Locale.ROOT);
    System.setOut(utf8(FileDescriptor.out));
    System.setErr(utf8(FileDescriptor.err));
    // JavaCPP would count memory-mapped weights against the Java heap and refuse them.
    setDefault("org.bytedeco.javacpp.maxbytes", "0");
    setDefault("org.bytedeco.javacpp.maxphysicalbytes", "0");
    setDefault("ai.djl.offline", "true");
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
