package dev.fovea.server.bench.serve;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another Java process with the classes of this one, so that each pays for what it does. */
public final class JavaProcess {
  private JavaProcess() {}

  public static ProcessBuilder of(Class<?> main, String... args) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(args));
    return new ProcessBuilder(command);
  }
}
