package dev.fovea.binding.cublas;

import static org.bytedeco.cuda.global.cublas.*;

import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulHeuristicResult_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulPreferenceOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;

/**
 * A handle on cuBLASLt for one stream and one scratch area. Every {@code int} answer is a {@code
 * cublasStatus_t}; {@link #words} has its name. Touching this class loads CUDA's libraries: ask
 * {@link dev.fovea.binding.NativeLibrary} first. One thread at a time.
 */
public final class BlasLibrary implements AutoCloseable {
  /** CUDA's element types by the code of {@code FoveaDType}: fp32, bf16, fp16. */
  private static final int[] TYPES = {
    cudart.CUDA_R_32F, cudart.CUDA_R_16BF, cudart.CUDA_R_16F,
  };

  private final cublasLtContext handle = new cublasLtContext();
  private final cublasLtMatmulDescOpaque_t operation;
  private final CUstream_st stream;
  private final Address scratch;
  private final long scratchBytes;
  private final FloatPointer one = new FloatPointer(1f);
  private final FloatPointer zero = new FloatPointer(0f);
  private final Address weight = new Address(0);
  private final Address x = new Address(0);
  private final Address out = new Address(0);

  /**
   * The product {@code out [N, M] = x [N, K] weight [M, K]^T}, all row-major, sums in fp32.
   *
   * @param outStride elements from row to row of out
   * @param type of x and weight, as {@code FoveaDType}
   * @param outType as {@code FoveaDType}
   * @param weightAlignment bytes that divide the address of the weight, at most 256
   * @param xAlignment likewise
   * @param outAlignment likewise
   */
  public record Product(
      long n,
      long m,
      long k,
      long outStride,
      int type,
      int outType,
      int weightAlignment,
      int xAlignment,
      int outAlignment) {}

  /** How a product is computed; made once, used with any addresses that are aligned so. */
  public static final class Plan {
    private final cublasLtMatrixLayoutOpaque_t weight;
    private final cublasLtMatrixLayoutOpaque_t x;
    private final cublasLtMatrixLayoutOpaque_t out;
    private final cublasLtMatmulHeuristicResult_t chosen = new cublasLtMatmulHeuristicResult_t();

    private Plan(Product p) {
      // A row-major matrix is the transpose of a column-major one of the same memory.
      weight = layout(p.type, p.k, p.m, p.k);
      x = layout(p.type, p.k, p.n, p.k);
      out = layout(p.outType, p.m, p.n, p.outStride);
    }

    private static cublasLtMatrixLayoutOpaque_t layout(int type, long rows, long columns, long ld) {
      try (PointerPointer<Pointer> made = new PointerPointer<>(1)) {
        expect(cublasLtMatrixLayoutCreate(made, TYPES[type], rows, columns, ld));
        return new cublasLtMatrixLayoutOpaque_t(made.get());
      }
    }

    private void destroy() {
      cublasLtMatrixLayoutDestroy(weight);
      cublasLtMatrixLayoutDestroy(x);
      cublasLtMatrixLayoutDestroy(out);
      chosen.close();
    }
  }

  /**
   * @param streamHandle the {@code cudaStream_t} that products are enqueued on
   * @param scratchAddress of device memory that only products on this stream use
   */
  public BlasLibrary(long streamHandle, long scratchAddress, long scratchBytes) {
    this.stream = new CUstream_st(new Address(streamHandle));
    this.scratch = new Address(scratchAddress);
    this.scratchBytes = scratchBytes;
    expect(cublasLtCreate(handle));
    try (PointerPointer<Pointer> made = new PointerPointer<>(1);
        IntPointer transposed = new IntPointer(1).put(CUBLAS_OP_T)) {
      expect(cublasLtMatmulDescCreate(made, CUBLAS_COMPUTE_32F, cudart.CUDA_R_32F));
      operation = new cublasLtMatmulDescOpaque_t(made.get());
      expect(
          cublasLtMatmulDescSetAttribute(
              operation, CUBLASLT_MATMUL_DESC_TRANSA, transposed, Integer.BYTES));
    }
  }

  /**
   * Lets cuBLASLt choose how to compute a product.
   *
   * @throws IllegalStateException if it knows no way, or fails
   */
  public Plan plan(Product p) {
    Plan plan = new Plan(p);
    try (PointerPointer<Pointer> made = new PointerPointer<>(1)) {
      expect(cublasLtMatmulPreferenceCreate(made));
      cublasLtMatmulPreferenceOpaque_t preference =
          new cublasLtMatmulPreferenceOpaque_t(made.get());
      preferLong(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, scratchBytes);
      // Partial sums of a product that is split over K stay fp32.
      preferInt(
          preference,
          CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
          CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE);
      preferInt(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, p.weightAlignment);
      preferInt(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, p.xAlignment);
      preferInt(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, p.outAlignment);
      preferInt(preference, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, p.outAlignment);
      int[] found = new int[1];
      int status =
          cublasLtMatmulAlgoGetHeuristic(
              handle,
              operation,
              plan.weight,
              plan.x,
              plan.out,
              plan.out,
              preference,
              1,
              plan.chosen,
              found);
      cublasLtMatmulPreferenceDestroy(preference);
      if (status != CUBLAS_STATUS_SUCCESS || found[0] == 0) {
        plan.destroy();
        throw new IllegalStateException("cuBLASLt knows no way for " + p + ": " + words(status));
      }
    }
    return plan;
  }

  /** Enqueues a product over the memory at these addresses. */
  public int multiply(Plan plan, long weightAddress, long xAddress, long outAddress) {
    return cublasLtMatmul(
        handle,
        operation,
        one,
        weight.at(weightAddress),
        plan.weight,
        x.at(xAddress),
        plan.x,
        zero,
        out.at(outAddress),
        plan.out,
        out,
        plan.out,
        plan.chosen.algo(),
        scratch,
        scratchBytes,
        stream);
  }

  /** Frees what a plan holds. */
  public void forget(Plan plan) {
    plan.destroy();
  }

  /** Name of a status. */
  public static String words(int status) {
    return cublasLtGetStatusName(status).getString();
  }

  @Override
  public void close() {
    cublasLtMatmulDescDestroy(operation);
    cublasLtDestroy(handle);
  }

  private static void preferInt(
      cublasLtMatmulPreferenceOpaque_t preference, int attribute, int value) {
    try (IntPointer pointer = new IntPointer(1).put(value)) {
      expect(cublasLtMatmulPreferenceSetAttribute(preference, attribute, pointer, Integer.BYTES));
    }
  }

  private static void preferLong(
      cublasLtMatmulPreferenceOpaque_t preference, int attribute, long value) {
    try (LongPointer pointer = new LongPointer(1).put(value)) {
      expect(cublasLtMatmulPreferenceSetAttribute(preference, attribute, pointer, Long.BYTES));
    }
  }

  private static void expect(int status) {
    if (status != CUBLAS_STATUS_SUCCESS) {
      throw new IllegalStateException("cuBLASLt: " + words(status));
    }
  }

  /** An address that may be changed, so that a product makes no object. */
  private static final class Address extends Pointer {
    Address(long address) {
      super((Pointer) null);
      this.address = address;
    }

    Address at(long newAddress) {
      this.address = newAddress;
      return this;
    }
  }
}
