package dev.fovea.server.mutated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.bench.serve.JavaProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mutated model directories are refused in one line or served right: no process ends, nothing takes
 * long, no other exception comes out.
 */
class MutatedModelsTest {
  private static final int PATIENCE_SECONDS = 10;
  private static final int START_SECONDS = 60;
  private static final String END_OF_OUTPUT = "the process ended";

  @TempDir Path scratch;

  @Test
  void twoOfEachKind() throws IOException, InterruptedException {
    assertThat(faults(0, 2 * Mutations.ALL.size())).isEmpty();
  }

  @Test
  @Tag("battery")
  void fifteenHundred() throws IOException, InterruptedException {
    assertThat(faults(0, 1500)).isEmpty();
  }

  /** Runs the seeds in one process after the other: each that ends early or hangs is a fault. */
  private List<String> faults(int from, int to) throws IOException, InterruptedException {
    List<String> faults = new ArrayList<>();
    int next = from;
    while (next < to) {
      next = run(next, to, faults);
    }
    return faults;
  }

  /** The seed to go on with. */
  private int run(int from, int to, List<String> faults) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(scratch, "models");
    Process process =
        JavaProcess.of(
                MutatedModels.class, folder.toString(), String.valueOf(from), String.valueOf(to))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      BlockingQueue<String> lines = linesOf(process);
      String current = null;
      while (true) {
        String line =
            lines.poll(current == null ? START_SECONDS : PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (line == null || line.equals(END_OF_OUTPUT)) {
          String how = line == null ? "hangs" : "ends the process with " + process.waitFor();
          assertThat(current).as("the process does not begin").isNotNull();
          faults.add(current + ": " + how);
          return Integer.parseInt(current.split(" ")[1]) + 1;
        }
        if (line.equals("done")) {
          return to;
        }
        if (line.startsWith("begin ")) {
          current = line;
        } else if (line.startsWith("end ") && !line.endsWith(" ok")) {
          faults.add(current + ": " + line);
        }
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private static BlockingQueue<String> linesOf(Process process) {
    BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    Thread reader =
        new Thread(
            () -> {
              try (BufferedReader out =
                  new BufferedReader(
                      new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                out.lines().forEach(lines::add);
              } catch (IOException | RuntimeException e) {
                lines.add("the output breaks off: " + e);
              }
              lines.add(END_OF_OUTPUT);
            },
            "mutated-models-output");
    reader.setDaemon(true);
    reader.start();
    return lines;
  }
}
