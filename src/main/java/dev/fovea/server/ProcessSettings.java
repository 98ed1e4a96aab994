package dev.fovea.server;

import java.util.Locale;

/** What libraries read from the process, set before any of them loads. */
final class ProcessSettings {
  private ProcessSettings() {}

  static void apply() {
    // Some libraries write numbers for machines by the default locale, which may have other digits.
    Locale.setDefault(Locale.ROOT);
    // JavaCPP would count memory-mapped weights against the Java heap and refuse them.
    setDefault("org.bytedeco.javacpp.maxbytes", "0");
    setDefault("org.bytedeco.javacpp.maxphysicalbytes", "0");
    setDefault("ai.djl.offline", "true");
  }

  private static void setDefault(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }
}
