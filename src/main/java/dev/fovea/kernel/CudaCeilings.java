package dev.fovea.kernel;

import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.HalfFloats;
import dev.fovea.tensor.TensorView;
import java.nio.ShortBuffer;
import java.util.List;
import java.util.Random;

/** What a GPU can do at best, as cuBLASLt's largest products show it. */
final class CudaCeilings {
  private static final int SIDE = 8192;
  private static final int CALLS = 4;

  private CudaCeilings() {}

  /** FLOP per second of a square bf16 product of random numbers: zeros would flatter it. */
  static double productPeak(CudaKernels kernels, double seconds) {
    TensorView host = TensorView.host(DType.BF16, SIDE, SIDE);
    fillNormal(host);
    Weight weight = kernels.prepare(List.of(host));
    try (Buffer left = kernels.allocate(host.byteSize());
        Buffer out = kernels.allocate(host.byteSize())) {
      TensorView x = new TensorView(left, 0, DType.BF16, host.shape());
      TensorView product = new TensorView(out, 0, DType.BF16, host.shape());
      kernels.copy(host, x);
      double flops = 2.0 * SIDE * SIDE * SIDE;
      return flops * rate(kernels, seconds, () -> kernels.linear(x, weight, null, product));
    } finally {
      weight.segments().get(0).buffer().close();
    }
  }

  /** Calls per second, the best of several bursts. */
  private static double rate(CudaKernels kernels, double seconds, Runnable call) {
    call.run();
    double passed = 0;
    double best = 0;
    while (passed < seconds) {
      double burst =
          kernels.seconds(
              () -> {
                for (int i = 0; i < CALLS; i++) {
                  call.run();
                }
              });
      best = Math.max(best, CALLS / burst);
      passed += burst;
    }
    return best;
  }

  /** Every row is a stretch of the same normal numbers, from a place of its own. */
  private static void fillNormal(TensorView view) {
    Random random = new Random(1);
    short[] some = new short[SIDE + (1 << 16)];
    for (int i = 0; i < some.length; i++) {
      some[i] = HalfFloats.toBf16((float) random.nextGaussian());
    }
    ShortBuffer elements = view.bytes().asShortBuffer();
    while (elements.hasRemaining()) {
      elements.put(some, random.nextInt(some.length - SIDE), SIDE);
    }
  }
}
