package dev.fovea.kernel;

import dev.fovea.binding.LinearParams;
import dev.fovea.binding.cublas.BlasLibrary;
import dev.fovea.binding.cublas.BlasLibrary.Plan;
import dev.fovea.binding.cublas.BlasLibrary.Product;
import dev.fovea.binding.cuda.CudaLibrary;
import dev.fovea.binding.cuda.CudaLibrary.StreamHandle;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;

/**
 * {@link Kernels#linear} through cuBLASLt. How a product is computed is chosen once for each shape
 * and kept for the shapes that are in use; the bias is added by a kernel of our own.
 */
final class CudaLinear implements AutoCloseable {
  /** What NVIDIA recommends for Hopper. */
  private static final long SCRATCH_BYTES = 32L << 20;

  private static final int MAX_ALIGNMENT = 256;

  /** Of a model's handful of weights, each with hundreds of numbers of tokens. */
  private static final int MAX_PLANS = 4096;

  private final StreamHandle stream;
  private final Buffer scratch;
  private final BlasLibrary blas;
  private final RecentlyUsed<Product, Plan> plans;
  private final LinearParams biasParams = new LinearParams();

  CudaLinear(StreamHandle stream, CudaMemory memory) {
    this.stream = stream;
    scratch = memory.allocate(SCRATCH_BYTES);
    blas = open(CudaLibrary.foveaStreamHandle(stream), scratch);
    plans = new RecentlyUsed<>(MAX_PLANS, blas::forget);
  }

  private static BlasLibrary open(long stream, Buffer scratch) {
    try {
      return new BlasLibrary(stream, scratch.address(), SCRATCH_BYTES);
    } catch (IllegalStateException e) {
      throw new KernelException("cuBLASLt does not start: " + e.getMessage(), e);
    }
  }

  void run(TensorView x, Weight weight, Weight bias, TensorView out) {
    if (x.shape().dim(0) == 0) {
      return;
    }
    long weightAddress = weight.segments().get(0).address();
    Product product =
        new Product(
            x.shape().dim(0),
            weight.shape().dim(0),
            weight.shape().dim(1),
            out.shape().dim(1),
            weight.dtype().code(),
            out.dtype().code(),
            alignment(weightAddress),
            alignment(x.address()),
            alignment(out.address()));
    Plan plan = plans.get(product, this::plan);
    int status = blas.multiply(plan, weightAddress, x.address(), out.address());
    if (status != 0) {
      throw new KernelException("linear: cuBLASLt: " + BlasLibrary.words(status));
    }
    if (bias != null) {
      addBias(weight.dtype(), bias, out);
    }
  }

  private Plan plan(Product product) {
    try {
      return blas.plan(product);
    } catch (IllegalStateException e) {
      throw new KernelException("linear: " + e.getMessage(), e);
    }
  }

  private void addBias(DType type, Weight bias, TensorView out) {
    biasParams
        .bias(bias.segments().get(0).address())
        .out(out.address())
        .numTokens(out.shape().dim(0))
        .outputs(out.shape().dim(1))
        .outStride(out.shape().dim(1))
        .type(type.code())
        .biasType(bias.dtype().code())
        .outType(out.dtype().code());
    NativeStatus.checkCuda("linear", CudaLibrary.addBias(stream, biasParams));
  }

  /** The largest power of two that divides an address, as far as it matters. */
  private static int alignment(long address) {
    return (int) Math.min(MAX_ALIGNMENT, Long.lowestOneBit(address));
  }

  @Override
  public void close() {
    plans.clear();
    blas.close();
    scratch.close();
  }
}
