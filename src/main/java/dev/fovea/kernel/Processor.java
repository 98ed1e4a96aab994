package dev.fovea.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What the operating system calls this machine's processor. */
final class Processor {
  private Processor() {}

  static String name() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElseGet(Processor::architecture);
    } catch (IOException e) {
      return architecture(); // not Linux
    }
  }

  private static String architecture() {
    return System.getProperty("os.arch") + " processor";
  }
}
