package dev.fovea.kernel;

import dev.fovea.binding.ActivationParams;
import dev.fovea.binding.AttentionParams;
import dev.fovea.binding.EmbedParams;
import dev.fovea.binding.NativeLibrary;
import dev.fovea.binding.NormParams;
import dev.fovea.binding.PutIdsParams;
import dev.fovea.binding.cuda.CudaLibrary;
import dev.fovea.binding.cuda.CudaLibrary.StreamHandle;
import dev.fovea.binding.cuda.DeviceInfo;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The CUDA kernels on one stream of one device; products of many tokens are cuBLASLt's. Ids,
 * positions, slots and page tables lie in device memory and are not checked there: who fills them
 * does.
 */
public final class CudaKernels implements NativeKernels {
  private static final int MAX_UPLOAD_THREADS = 8;

  private final StreamHandle stream;
  private final CudaMemory memory;
  private final KernelsInfo info;
  private final NativeArguments arguments = new NativeArguments();
  private final CudaLinear linear;
  private final NativeSampler sampler;
  private Buffer scratch;

  private CudaKernels(StreamHandle stream, CudaMemory memory, DeviceInfo device) {
    this.stream = stream;
    this.memory = memory;
    linear = new CudaLinear(stream, memory);
    sampler =
        new NativeSampler(
            memory::newLastingStaging, this::newMark, params -> CudaLibrary.sample(stream, params));
    scratch = memory.allocate(0);
    info =
        new KernelsInfo(
            "cuda",
            device.name(),
            String.format(Locale.ROOT, "sm_%d%d", device.major(), device.minor()),
            device.multiprocessors(),
            attentionKernel(DType.BF16));
  }

  /**
   * Opens a device and a stream on it.
   *
   * @param device its number among those that CUDA shows this process
   * @throws KernelException if there is no such device, or it or the libraries cannot be used
   */
  public static CudaKernels open(int device) {
    NativeLibrary.cudaFailure()
        .ifPresent(
            failure -> {
              throw new KernelException(failure);
            });
    DeviceInfo about = new DeviceInfo();
    NativeStatus.checkCuda("device " + device, CudaLibrary.foveaDescribeDevice(device, about));
    StreamHandle stream = new StreamHandle();
    NativeStatus.checkCuda("device " + device, CudaLibrary.foveaOpenDevice(device, stream));
    CudaMemory memory = new CudaMemory(stream);
    try {
      return new CudaKernels(stream, memory, about);
    } catch (RuntimeException | Error e) {
      memory.freeAll();
      CudaLibrary.foveaCloseStream(stream);
      throw e;
    }
  }

  @Override
  public KernelsInfo info() {
    return info;
  }

  @Override
  public String attentionKernel(DType pages) {
    return CudaLibrary.foveaAttentionKernel(stream, pages.code());
  }

  @Override
  public Buffer allocate(long bytes) {
    Buffer buffer = memory.allocate(bytes);
    memory.zero(buffer);
    return buffer;
  }

  @Override
  public Staging newStaging(long bytes) {
    return memory.newStaging(bytes);
  }

  @Override
  public void copy(TensorView from, TensorView to) {
    ShapeCheck.copy(from, to);
    memory.copy(to.address(), from.address(), from.byteSize());
  }

  @Override
  public Weight prepare(List<TensorView> segments) {
    Weight stacked = Weight.stack(segments);
    long bytes = stacked.shape().elements() * stacked.dtype().bytes();
    Buffer buffer = memory.allocate(bytes);
    int threads = Math.min(MAX_UPLOAD_THREADS, Runtime.getRuntime().availableProcessors());
    long at = buffer.address();
    for (TensorView segment : segments) {
      if (segment.byteSize() > 0) {
        NativeStatus.checkCuda(
            "prepare",
            CudaLibrary.foveaUpload(stream, at, segment.address(), segment.byteSize(), threads));
      }
      at += segment.byteSize();
    }
    return Weight.stack(List.of(new TensorView(buffer, 0, stacked.dtype(), stacked.shape())));
  }

  @Override
  public boolean copiesWeights() {
    return true;
  }

  @Override
  public Optional<DeviceMemory> memory() {
    return Optional.of(memory.state());
  }

  @Override
  public long scratchBytes(AttentionBounds bounds) {
    return scratchBytes(arguments.attention(bounds));
  }

  @Override
  public Reservation reserve(long bytes, AttentionBounds bounds) {
    memory.reserve(bytes);
    try {
      growScratch(scratchBytes(bounds));
    } catch (RuntimeException | Error e) {
      memory.release();
      throw e;
    }
    return () -> {
      synchronize();
      scratch.close();
      scratch = memory.allocate(0);
      memory.release();
    };
  }

  @Override
  public void embed(
      TensorView tokens, TensorView positions, Weight table, Weight positionTable, TensorView out) {
    EmbedParams params = arguments.embed(tokens, positions, table, positionTable, out);
    NativeStatus.checkCuda("embed", CudaLibrary.embed(stream, params));
  }

  @Override
  public void rmsNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    NormParams params = arguments.rmsNorm(residual, delta, norm, out);
    NativeStatus.checkCuda("rmsNorm", CudaLibrary.rmsNorm(stream, params));
  }

  @Override
  public void layerNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    NormParams params = arguments.layerNorm(residual, delta, norm, out);
    NativeStatus.checkCuda("layerNorm", CudaLibrary.layerNorm(stream, params));
  }

  @Override
  public void linear(TensorView x, Weight weight, Weight bias, TensorView out) {
    ShapeCheck.linear(x, weight, bias, out);
    linear.run(x, weight, bias, out);
  }

  @Override
  public void ropeAppend(RopeAppend args) {
    NativeStatus.checkCuda(
        "ropeAppend", CudaLibrary.ropeAppend(stream, arguments.ropeAppend(args)));
  }

  @Override
  public void attention(Attention args) {
    AttentionParams params = arguments.attention(args);
    long needed = scratchBytes(params);
    if (needed > scratch.byteSize()) {
      synchronize();
      growScratch(needed);
    }
    params.workspace(scratch.address()).workspaceBytes(scratch.byteSize());
    NativeStatus.checkCuda("attention", CudaLibrary.attention(stream, params));
  }

  @Override
  public void activation(Activation kind, boolean gated, TensorView x, TensorView out) {
    ActivationParams params = arguments.activation(kind, gated, x, out);
    NativeStatus.checkCuda("activation", CudaLibrary.activation(stream, params));
  }

  @Override
  public void gatherRows(TensorView x, TensorView rows, TensorView out) {
    NativeStatus.checkCuda(
        "gatherRows", CudaLibrary.gatherRows(stream, arguments.gatherRows(x, rows, out)));
  }

  @Override
  public void putIds(TensorView ids, TensorView sources, TensorView places, TensorView out) {
    PutIdsParams params = arguments.putIds(ids, sources, places, out);
    NativeStatus.checkCuda("putIds", CudaLibrary.putIds(stream, params));
  }

  @Override
  public void sample(TensorView logits, List<SampleRow> rows, TensorView tokens) {
    ShapeCheck.sample(logits, rows, tokens);
    ShapeCheck.sampledIds(rows, logits.shape().dim(1));
    NativeStatus.checkCuda("sample", sampler.run(logits, rows, tokens));
  }

  @Override
  public String linearKernel(TensorView x, Weight weight) {
    return CudaLinear.isFew(x, weight) ? "linear_kernel mma.sync" : "cublasLtMatmul";
  }

  @Override
  public double seconds(Runnable operations) {
    double[] seconds = new double[1];
    NativeStatus.checkCuda("timer", CudaLibrary.foveaStartTimer(stream));
    operations.run();
    NativeStatus.checkCuda("timer", CudaLibrary.foveaStopTimer(stream, seconds));
    return seconds[0];
  }

  @Override
  public double readBandwidth(long bytes, double seconds) {
    double[] rate = new double[1];
    NativeStatus.checkCuda(
        "readBandwidth", CudaLibrary.foveaReadBandwidth(stream, bytes, seconds, rate));
    return rate[0];
  }

  @Override
  public double dotPeak(double seconds) {
    return CudaCeilings.productPeak(this, seconds);
  }

  /** Leaves the process without a usable device; for tests of the death path. */
  void failDevice() {
    NativeStatus.checkCuda("failDevice", CudaLibrary.foveaFailDevice(stream));
  }

  @Override
  public void synchronize() {
    NativeStatus.checkCuda("synchronize", CudaLibrary.foveaSynchronize(stream));
  }

  @Override
  public boolean isAsynchronous() {
    return true;
  }

  @Override
  public Recording record(Runnable work) {
    return new CudaRecording(stream, work);
  }

  @Override
  public Mark newMark() {
    return new CudaMark(stream);
  }

  /** Frees everything that was allocated here; a second call does nothing. */
  @Override
  public void close() {
    if (stream.isNull()) {
      return;
    }
    sampler.close();
    linear.close();
    memory.freeAll();
    CudaLibrary.foveaCloseStream(stream);
    stream.setNull();
  }

  private long scratchBytes(AttentionParams params) {
    long[] bytes = new long[1];
    NativeStatus.checkCuda(
        "attentionWorkspace", CudaLibrary.attentionWorkspace(stream, params, bytes));
    return bytes[0];
  }

  /** The old one is kept until there is a new one: a failure leaves the kernels usable. */
  private void growScratch(long bytes) {
    Buffer grown = memory.allocate(bytes);
    scratch.close();
    scratch = grown;
  }
}
