package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Marks where operations go on after their calls have returned. */
@Tag("gpu")
class DeviceMarkTest {

  @Test
  void aMarkDoesNotWaitForWhatComesAfterIt() {
    Backends.onEach(
        kernels -> {
          Random random = new Random(1);
          TensorView x = TestTensor.normal(random, 1, DType.BF16, 2048, 4096).on(kernels);
          TensorView rows = TestTensor.normal(random, 1, DType.BF16, 4096, 4096).view();
          Weight weight = kernels.prepare(List.of(rows));
          TensorView out = TestTensor.poisoned(DType.F32, 2048, 4096).on(kernels);
          kernels.linear(x, weight, null, out);
          kernels.synchronize();
          try (Mark mark = kernels.newMark()) {
            mark.set();
            for (int i = 0; i < 400; i++) { // some 50 ms of a fast GPU
              kernels.linear(x, weight, null, out);
            }
            long begin = System.nanoTime();
            mark.await();
            long reached = System.nanoTime();
            kernels.synchronize();
            long all = System.nanoTime() - begin;
            assertThat(reached - begin).isLessThan(all / 2);
          }
        });
  }
}
