package dev.fovea.text.mutated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.bench.serve.JavaProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a tokenizer file says, the process that reads and uses it goes on. */
class MutatedTokenizersTest {
  @TempDir Path scratch;

  @Test
  void aFewAreRefusedInOneLineOrUsed() throws Exception {
    assertUsed(0, 400);
  }

  @Test
  @Tag("battery")
  void manyAreRefusedInOneLineOrUsed() throws Exception {
    assertUsed(400, 20_000);
  }

  private void assertUsed(int from, int to) throws IOException, InterruptedException {
    Process process =
        JavaProcess.of(
                MutatedTokenizers.class,
                scratch.toString(),
                String.valueOf(from),
                String.valueOf(to))
            .redirectErrorStream(true)
            .start();
    try {
      String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(end(told)).isZero();
      assertThat(told).containsPattern("done, loaded [1-9][0-9]+");
    } finally {
      process.destroyForcibly();
    }
  }

  private static String end(String told) {
    return told.substring(Math.max(0, told.length() - 2000));
  }
}
