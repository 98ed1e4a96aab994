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
import java.util.HashMap;
import java.util.Map;

/**
 * {@link Kernels#linear}: by a kernel of our own where few tokens leave nothing to do but to read
 * the weight, else through cuBLASLt. How cuBLASLt computes a product is chosen once for each shape
 * and kept; its bias is added by another kernel.
 */
final class CudaLinear implements AutoCloseable {
  /** What NVIDIA recommends for Hopper. */
  private static final long SCRATCH_BYTES = 32L << 20;

  private static final int MAX_ALIGNMENT = 256;

  /** What our kernel takes: two of its tiles, and words of 16 bytes. */
  private static final int FEW_TOKENS = 16;

  private static final int WORD_BYTES = 16;

  private final StreamHandle stream;
  private final Buffer scratch;
  private final BlasLibrary blas;
  private final Map<Product, Plan> plans = new HashMap<>();
  private final LinearParams params = new LinearParams();

  CudaLinear(StreamHandle stream, CudaMemory memory) {
    this.stream = stream;
    scratch = memory.allocate(SCRATCH_BYTES);
    blas = open(CudaLibrary.foveaStreamHandle(stream), scratch);
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
    if (isFew(x, weight)) {
      multiplyFew(x, weight, bias, out);
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
    Plan plan = plans.computeIfAbsent(product, this::plan);
    int status = blas.multiply(plan, weightAddress, x.address(), out.address());
    if (status != 0) {
      throw new KernelException("linear: cuBLASLt: " + BlasLibrary.words(status));
    }
    if (bias != null) {
      addBias(weight.dtype(), bias, out);
    }
  }

  /**
   * Whether our own kernel multiplies these. A function of what is multiplied alone, and a token
   * has the same bits whatever other few are with it.
   */
  static boolean isFew(TensorView x, Weight weight) {
    long rowBytes = x.shape().dim(1) * x.dtype().bytes();
    long alignment = x.address() | weight.segments().get(0).address() | rowBytes;
    return x.shape().dim(0) <= FEW_TOKENS && x.dtype() != DType.F32 && alignment % WORD_BYTES == 0;
  }

  private void multiplyFew(TensorView x, Weight weight, Weight bias, TensorView out) {
    params
        .x(x.address())
        .weight(weight.segments().get(0).address())
        .bias(bias == null ? 0 : bias.segments().get(0).address())
        .out(out.address())
        .numTokens(x.shape().dim(0))
        .inputs(x.shape().dim(1))
        .outputs(out.shape().dim(1))
        .outStride(out.shape().dim(1))
        .type(weight.dtype().code())
        .biasType(bias == null ? DType.F32.code() : bias.dtype().code())
        .outType(out.dtype().code());
    NativeStatus.checkCuda("linear", CudaLibrary.linear(stream, params));
  }

  private Plan plan(Product product) {
    try {
      return blas.plan(product);
    } catch (IllegalStateException e) {
      throw new KernelException("linear: " + e.getMessage(), e);
    }
  }

  private void addBias(DType type, Weight bias, TensorView out) {
    params
        .bias(bias.segments().get(0).address())
        .out(out.address())
        .numTokens(out.shape().dim(0))
        .outputs(out.shape().dim(1))
        .outStride(out.shape().dim(1))
        .type(type.code())
        .biasType(bias.dtype().code())
        .outType(out.dtype().code());
    NativeStatus.checkCuda("linear", CudaLibrary.addBias(stream, params));
  }

  /** The largest power of two that divides an address, as far as it matters. */
  private static int alignment(long address) {
    return (int) Math.min(MAX_ALIGNMENT, Long.lowestOneBit(address));
  }

  @Override
  public void close() {
    plans.values().forEach(blas::forget);
    plans.clear();
    blas.close();
    scratch.close();
  }
}
