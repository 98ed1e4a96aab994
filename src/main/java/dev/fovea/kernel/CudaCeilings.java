package dev.fovea.kernel;

import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;

/** What a GPU can do at best, as its own copies and cuBLASLt's largest products show it. */
final class CudaCeilings {
  private static final int SIDE = 8192;
  private static final int CALLS = 4;

  private CudaCeilings() {}

  /**
   * Bytes read and written per second by a copy on the device.
   *
   * @param bytes to read; half as many are copied, so that both sides together are so many
   */
  static double copyBandwidth(CudaKernels kernels, long bytes, double seconds) {
    long half = bytes / 2;
    try (Buffer from = kernels.allocate(half);
        Buffer to = kernels.allocate(half)) {
      Shape shape = Shape.of(half / DType.F32.bytes());
      TensorView source = new TensorView(from, 0, DType.F32, shape);
      TensorView target = new TensorView(to, 0, DType.F32, shape);
      return 2.0 * half * rate(kernels, seconds, () -> kernels.copy(source, target));
    }
  }

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

  /** Calls per second. */
  private static double rate(CudaKernels kernels, double seconds, Runnable call) {
    call.run();
    kernels.synchronize();
    long start = System.nanoTime();
    double passed = 0;
    long calls = 0;
    while (passed < seconds) {
      for (int i = 0; i < CALLS; i++) {
        call.run();
      }
      kernels.synchronize();
      calls += CALLS;
      passed = (System.nanoTime() - start) * 1e-9;
    }
    return calls / passed;
  }

  private static void fillNormal(TensorView view) {
    Random random = new Random(1);
    ByteBuffer bytes = view.bytes();
    short[] some = new short[1 << 16];
    for (int i = 0; i < some.length; i++) {
      some[i] = HalfFloats.toBf16((float) random.nextGaussian());
    }
    while (bytes.hasRemaining()) {
      bytes.putShort(some[random.nextInt(some.length)]);
    }
  }
}
