package dev.fovea.kernel;

import dev.fovea.binding.ActivationParams;
import dev.fovea.binding.CpuLibrary;
import dev.fovea.binding.CpuLibrary.StreamHandle;
import dev.fovea.binding.EmbedParams;
import dev.fovea.binding.Memory;
import dev.fovea.binding.NativeLibrary;
import dev.fovea.binding.NormParams;
import dev.fovea.binding.PutIdsParams;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.NativeBuffer;
import dev.fovea.tensor.TensorView;
import java.util.List;

/** The native C++ kernels on one stream: a thread pool and one instruction set. */
public final class CpuKernels implements NativeKernels {
  private final StreamHandle stream;
  private final KernelsInfo info;
  private final NativeArguments arguments = new NativeArguments();
  private final CpuLinear linear;
  private final NativeSampler sampler;

  private CpuKernels(StreamHandle stream) {
    this.stream = stream;
    linear = new CpuLinear(stream);
    sampler =
        new NativeSampler(
            this::newStaging, this::newMark, params -> CpuLibrary.sample(stream, params));
    info =
        new KernelsInfo(
            "cpu",
            Processor.name(),
            CpuLibrary.foveaStreamIsa(stream),
            CpuLibrary.foveaStreamThreads(stream),
            attentionKernel(DType.BF16));
  }

  /**
   * Starts the thread pool.
   *
   * @param threads 0: as many as the processors that the JVM may use
   * @throws KernelException if the library is not there or the processor lacks the instruction set
   */
  public static CpuKernels open(int threads, Isa isa) {
    NativeLibrary.cpuFailure()
        .ifPresent(
            failure -> {
              throw new KernelException(failure);
            });
    StreamHandle stream = new StreamHandle();
    // The JVM knows the CPU quota of a container; native code sees the host's cores.
    int workers = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    NativeStatus.check("open", CpuLibrary.foveaOpenStream(workers, isa.code(), stream));
    return new CpuKernels(stream);
  }

  @Override
  public KernelsInfo info() {
    return info;
  }

  @Override
  public String attentionKernel(DType pages) {
    return CpuLibrary.foveaAttentionKernel(stream, pages.code());
  }

  @Override
  public Buffer allocate(long bytes) {
    long[] address = new long[1];
    NativeStatus.check("allocate", CpuLibrary.foveaAllocate(bytes, address));
    return new NativeBuffer(address[0], bytes, CpuLibrary::foveaFree);
  }

  @Override
  public void copy(TensorView from, TensorView to) {
    ShapeCheck.copy(from, to);
    Memory.copy(from.address(), to.address(), from.byteSize());
  }

  @Override
  public Weight prepare(List<TensorView> segments) {
    return Weight.stack(segments);
  }

  @Override
  public void embed(
      TensorView tokens, TensorView positions, Weight table, Weight positionTable, TensorView out) {
    EmbedParams params = arguments.embed(tokens, positions, table, positionTable, out);
    NativeStatus.check("embed", CpuLibrary.embed(stream, params));
  }

  @Override
  public void rmsNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    NormParams params = arguments.rmsNorm(residual, delta, norm, out);
    NativeStatus.check("rmsNorm", CpuLibrary.rmsNorm(stream, params));
  }

  @Override
  public void layerNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    NormParams params = arguments.layerNorm(residual, delta, norm, out);
    NativeStatus.check("layerNorm", CpuLibrary.layerNorm(stream, params));
  }

  @Override
  public void linear(TensorView x, Weight weight, Weight bias, TensorView out) {
    ShapeCheck.linear(x, weight, bias, out);
    linear.run(x, weight, bias, out);
  }

  @Override
  public void ropeAppend(RopeAppend args) {
    NativeStatus.check("ropeAppend", CpuLibrary.ropeAppend(stream, arguments.ropeAppend(args)));
  }

  @Override
  public void attention(Attention args) {
    NativeStatus.check("attention", CpuLibrary.attention(stream, arguments.attention(args)));
  }

  @Override
  public void activation(Activation kind, boolean gated, TensorView x, TensorView out) {
    ActivationParams params = arguments.activation(kind, gated, x, out);
    NativeStatus.check("activation", CpuLibrary.activation(stream, params));
  }

  @Override
  public void gatherRows(TensorView x, TensorView rows, TensorView out) {
    NativeStatus.check(
        "gatherRows", CpuLibrary.gatherRows(stream, arguments.gatherRows(x, rows, out)));
  }

  @Override
  public void putIds(TensorView ids, TensorView sources, TensorView places, TensorView out) {
    PutIdsParams params = arguments.putIds(ids, sources, places, out);
    NativeStatus.check("putIds", CpuLibrary.putIds(stream, params));
  }

  @Override
  public void sample(TensorView logits, List<SampleRow> rows, TensorView tokens) {
    ShapeCheck.sample(logits, rows, tokens);
    NativeStatus.check("sample", sampler.run(logits, rows, tokens));
  }

  @Override
  public String linearKernel(TensorView x, Weight weight) {
    return "linear_" + info.isa();
  }

  @Override
  public double seconds(Runnable operations) {
    long start = System.nanoTime();
    operations.run();
    return (System.nanoTime() - start) * 1e-9;
  }

  @Override
  public double readBandwidth(long bytes, double seconds) {
    double[] rate = new double[1];
    NativeStatus.check(
        "readBandwidth", CpuLibrary.foveaReadBandwidth(stream, bytes, seconds, rate));
    return rate[0];
  }

  @Override
  public double dotPeak(double seconds) {
    double[] rate = new double[1];
    NativeStatus.check("dotPeak", CpuLibrary.foveaDotPeak(stream, seconds, rate));
    return rate[0];
  }

  @Override
  public void synchronize() {
    NativeStatus.check("synchronize", CpuLibrary.foveaSynchronize(stream));
  }

  /** Stops the threads; a second call does nothing. */
  @Override
  public void close() {
    if (!stream.isNull()) {
      CpuLibrary.foveaCloseStream(stream);
      stream.setNull();
    }
  }
}
