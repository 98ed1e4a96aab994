package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.kernel.CudaKernels;
import dev.fovea.kernel.KernelException;
import dev.fovea.kernel.Kernels;
import dev.fovea.model.Batch.Entry;
import dev.fovea.model.Batch.TokenSlice;
import dev.fovea.weights.Mapping;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A device's memory is taken at start, as planned, and given back at the end. */
@Tag("gpu")
class DeviceMemoryTest {
  private static final Path MODEL = Path.of("src/main/models/fovea-mini");
  private static final Percentage BOUND = Percentage.withPercentage(2);

  @ParameterizedTest
  @ValueSource(longs = {1L << 30, 4L << 30, 16L << 30})
  void whatIsUsedIsWhatWasPlanned(long bytes) {
    try (Kernels kernels = CudaKernels.open(0)) {
      // What CUDA keeps for code that has run once is none of the model's.
      try (LoadedModel small = load(kernels, 1L << 29)) {
        step(small);
      }
      long before = free(kernels);
      try (LoadedModel model = load(kernels, bytes)) {
        long planned = model.memory().totalBytes();
        assertThat(planned).isCloseTo(bytes, BOUND);
        assertThat(before - free(kernels)).isCloseTo(planned, BOUND);
        long loaded = free(kernels);
        for (int i = 0; i < 3; i++) {
          step(model);
        }
        assertThat(free(kernels)).as("free bytes after steps").isEqualTo(loaded);
      }
      assertThat(before - free(kernels)).as("bytes not given back").isLessThan(bytes / 50);
    }
  }

  @Test
  void moreThanTheDeviceHasIsRefusedAndTheDeviceStaysUsable() {
    try (Kernels kernels = CudaKernels.open(0)) {
      assertThatThrownBy(() -> load(kernels, 2 * kernels.memory().orElseThrow().total()))
          .isInstanceOf(KernelException.class);
      try (LoadedModel model = load(kernels, 1L << 29)) {
        step(model);
      }
    }
  }

  private static long free(Kernels kernels) {
    kernels.synchronize();
    return kernels.memory().orElseThrow().free();
  }

  private static LoadedModel load(Kernels kernels, long bytes) {
    Capacity capacity = new Capacity(4096, 4096, 0, bytes);
    return new ModelLoader(kernels, Mapping.NATIVE).load(MODEL, capacity, LoadProgress.SILENT);
  }

  private static void step(LoadedModel model) {
    int[] pages = new int[model.memory().maxContext() / Batch.PAGE_SLOTS];
    TokenSlice tokens = new TokenSlice(new int[40], 0, 40);
    Draw draw = Draw.of(SamplingParams.GREEDY, 0);
    Batch batch = new Batch(List.of(new Entry(tokens, 0, pages, draw)));
    model.runner().await(model.runner().submit(batch));
  }
}
