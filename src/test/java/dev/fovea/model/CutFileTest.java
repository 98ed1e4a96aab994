package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.binding.NativeLibrary;
import dev.fovea.kernel.CpuKernels;
import dev.fovea.kernel.Isa;
import dev.fovea.kernel.KernelException;
import dev.fovea.weights.Mapping;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Weights that are cut short under a running model fail its step, and not the process. */
class CutFileTest {
  private static final int[] PROMPT = {3, 1, 4, 1, 5};

  @TempDir Path scratch;

  static boolean hasNative() {
    return NativeLibrary.cpuFailure().isEmpty();
  }

  @Test
  @EnabledIf("hasNative")
  void aStepThatMissesAPageFailsUntilTheFileIsUnmapped() throws IOException {
    ParityFixture fixture = ParityFixture.read(ParityFixture.ROOT.resolve("llama-mha"));
    Path copy = fixture.rewrittenFiles(scratch.resolve("cut"), tensors -> {});
    try (CpuKernels kernels = CpuKernels.open(2, Isa.AUTO)) {
      int[] expected;
      try (TestSession session = new TestSession(copy, kernels, Mapping.NATIVE)) {
        expected = session.greedy(PROMPT, 2);
        try (RandomAccessFile file =
            new RandomAccessFile(copy.resolve("model.safetensors").toFile(), "rw")) {
          file.setLength(10_000);
        }
        for (int i = 0; i < 2; i++) {
          assertThatThrownBy(() -> session.greedy(PROMPT, 2))
              .isInstanceOf(KernelException.class)
              .hasMessageContaining("cut short while mapped");
        }
      }
      try (TestSession session = new TestSession(fixture.directory(), kernels, Mapping.NATIVE)) {
        assertThat(session.greedy(PROMPT, 2)).isEqualTo(expected);
      }
    }
  }
}
