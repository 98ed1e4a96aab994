package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.binding.NeedsNativeLibrary;
import dev.fovea.kernel.AttentionShape.Sequence;
import dev.fovea.tensor.DType;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bits of the native kernels do not depend on how many threads share the work. */
@NeedsNativeLibrary
class NativeThreadsTest {
  private static final int[] THREADS = {2, 3, 7};

  private static void assertSameBits(Function<Kernels, byte[]> operation) {
    List<Backends.Backend> alone = Backends.cpu(1);
    for (int i = 0; i < alone.size(); i++) {
      byte[] expected = run(alone.get(i), operation);
      for (int threads : THREADS) {
        assertThat(run(Backends.cpu(threads).get(i), operation))
            .as("%s with %d threads", alone.get(i), threads)
            .isEqualTo(expected);
      }
    }
  }

  private static byte[] run(Backends.Backend backend, Function<Kernels, byte[]> operation) {
    try (Kernels kernels = backend.opened()) {
      return operation.apply(kernels);
    }
  }

  /** Long contexts are cut into spans for several threads, in some batches and not in others. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F16"})
  void ofAttention(DType dtype) {
    List<List<Sequence>> batches =
        List.of(
            List.of(new Sequence(1, 9000)),
            List.of(new Sequence(1, 4097), new Sequence(300, 300), new Sequence(5, 2048)));
    for (List<Sequence> batch : batches) {
      AttentionShape causal = new AttentionShape(dtype, new HeadLayout(8, 2, 64), 0, batch, 1);
      for (AttentionShape shape : List.of(causal, causal.full())) {
        AttentionCase data = new AttentionCase(shape);
        TestTensor out = data.newOutput();
        assertSameBits(
            kernels -> {
              data.run(kernels, data.inputs(), out);
              return out.toBytes();
            });
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F16"})
  void ofLinear(DType dtype) {
    Random random = new Random(2);
    TestTensor x = TestTensor.normal(random, 1, dtype, 37, 520);
    TestTensor rows = TestTensor.normal(random, 1, dtype, 333, 520);
    assertSameBits(
        kernels -> {
          TestTensor out = TestTensor.poisoned(DType.F32, 37, 333);
          kernels.linear(x.view(), kernels.prepare(List.of(rows.view())), null, out.view());
          kernels.synchronize();
          return out.toBytes();
        });
  }

  @Test
  void infoSaysHowManyThereAre() {
    for (Backends.Backend backend : Backends.cpu(3)) {
      try (Kernels kernels = backend.opened()) {
        assertThat(kernels.info().threads()).isEqualTo(3);
        assertThat(kernels.info().backend()).isEqualTo("cpu");
      }
    }
  }
}
