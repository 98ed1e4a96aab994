package dev.fovea.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the operating system calls this machine's processor. */
public final class Processor {
  private static final String UNNAMED = "unnamed processor";

  private Processor() {}

  public static String name() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(UNNAMED);
    } catch (IOException e) {
      return UNNAMED; // not Linux
    }
  }
}
