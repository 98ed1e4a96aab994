package dev.fovea.kernel;

import dev.fovea.binding.ActivationParams;
import dev.fovea.binding.AttentionParams;
import dev.fovea.binding.CpuLibrary;
import dev.fovea.binding.CpuLibrary.StreamHandle;
import dev.fovea.binding.EmbedParams;
import dev.fovea.binding.GatherRowsParams;
import dev.fovea.binding.NativeLibrary;
import dev.fovea.binding.NormParams;
import dev.fovea.binding.RopeAppendParams;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.NativeBuffer;
import dev.fovea.tensor.TensorView;
import java.util.List;

/**
 * The native C++ kernels on one stream: a thread pool and one instruction set. Parameter structs
 * are made once and refilled, so that a step allocates nothing here.
 */
public final class CpuKernels implements Kernels {
  private final StreamHandle stream;
  private final KernelsInfo info;
  private final EmbedParams embedParams = new EmbedParams();
  private final NormParams normParams = new NormParams();
  private final RopeAppendParams ropeAppendParams = new RopeAppendParams();
  private final AttentionParams attentionParams = new AttentionParams();
  private final ActivationParams activationParams = new ActivationParams();
  private final GatherRowsParams gatherRowsParams = new GatherRowsParams();
  private final CpuLinear linear;
  private final CpuSampler sampler;

  private CpuKernels(StreamHandle stream) {
    this.stream = stream;
    linear = new CpuLinear(stream);
    sampler = new CpuSampler(stream);
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

  /** Name of the kernel that {@link #attention} runs for pages of this dtype. */
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
  public Weight prepare(List<TensorView> segments) {
    return Weight.stack(segments);
  }

  @Override
  public void embed(
      TensorView tokens, TensorView positions, Weight table, Weight positionTable, TensorView out) {
    ShapeCheck.embed(tokens, positions, table, positionTable, out);
    boolean positioned = positionTable != null;
    embedParams
        .tokens(tokens.address())
        .positions(positioned ? positions.address() : 0)
        .table(address(table))
        .positionTable(positioned ? address(positionTable) : 0)
        .out(out.address())
        .numTokens(out.shape().dim(0))
        .hidden(table.shape().dim(1))
        .vocabulary(table.shape().dim(0))
        .maxPositions(positioned ? positionTable.shape().dim(0) : 0)
        .tableType(table.dtype().code());
    NativeStatus.check("embed", CpuLibrary.embed(stream, embedParams));
  }

  @Override
  public void rmsNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    ShapeCheck.rmsNorm(residual, delta, norm, out);
    NativeStatus.check(
        "rmsNorm", CpuLibrary.rmsNorm(stream, normParams(residual, delta, norm, out)));
  }

  @Override
  public void layerNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    ShapeCheck.layerNorm(residual, delta, norm, out);
    NativeStatus.check(
        "layerNorm", CpuLibrary.layerNorm(stream, normParams(residual, delta, norm, out)));
  }

  private NormParams normParams(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    return normParams
        .residual(residual.address())
        .delta(delta == null ? 0 : delta.address())
        .gamma(address(norm.gamma()))
        .beta(norm.beta() == null ? 0 : address(norm.beta()))
        .out(out.address())
        .numTokens(residual.shape().dim(0))
        .hidden(residual.shape().dim(1))
        .epsilon(norm.epsilon())
        .weightType(norm.gamma().dtype().code())
        .outType(out.dtype().code());
  }

  @Override
  public void linear(TensorView x, Weight weight, Weight bias, TensorView out) {
    ShapeCheck.linear(x, weight, bias, out);
    linear.run(x, weight, bias, out);
  }

  @Override
  public void ropeAppend(RopeAppend args) {
    HeadLayout heads = ShapeCheck.ropeAppend(args);
    Norm anyNorm = args.queryNorm() != null ? args.queryNorm() : args.keyNorm();
    ropeAppendParams
        .qkv(args.qkv().address())
        .qGamma(args.queryNorm() == null ? 0 : address(args.queryNorm().gamma()))
        .kGamma(args.keyNorm() == null ? 0 : address(args.keyNorm().gamma()))
        .rotary(args.rotary() == null ? 0 : args.rotary().address())
        .positions(args.rows().positions().address())
        .slots(args.rows().slots().address())
        .q(args.q().address())
        .kPages(args.cache().keys().address())
        .vPages(args.cache().values().address())
        .numTokens(args.q().shape().dim(0))
        .queryHeads(heads.query())
        .kvHeads(heads.kv())
        .headDim(heads.dim())
        .numPages(args.cache().keys().shape().dim(0))
        .maxPositions(args.rotary() == null ? 0 : args.rotary().shape().dim(0))
        .epsilon(anyNorm == null ? 0 : anyNorm.epsilon())
        .weightType(anyNorm == null ? DType.F32.code() : anyNorm.gamma().dtype().code())
        .type(args.q().dtype().code());
    NativeStatus.check("ropeAppend", CpuLibrary.ropeAppend(stream, ropeAppendParams));
  }

  @Override
  public void attention(Attention args) {
    HeadLayout heads = ShapeCheck.attention(args);
    TensorView keys = args.cache().keys();
    long headStride = (long) KvLayer.PAGE_SLOTS * heads.dim();
    long pageStride = heads.kv() * headStride;
    Attention.Sequences sequences = args.sequences();
    attentionParams
        .q(args.q().address())
        .out(args.out().address())
        .k(keys.address())
        .v(args.cache().values().address())
        .queryStart(sequences.queryStart().address())
        .contextLength(sequences.contextLength().address())
        .pageTable(sequences.pageTable().address())
        .kPageStride(pageStride)
        .kHeadStride(headStride)
        .kSlotStride(heads.dim())
        .vPageStride(pageStride)
        .vHeadStride(headStride)
        .vSlotStride(heads.dim())
        .numTokens(args.q().shape().dim(0))
        .numSequences(sequences.contextLength().shape().dim(0))
        .queryHeads(heads.query())
        .kvHeads(heads.kv())
        .headDim(heads.dim())
        .numPages(keys.shape().dim(0))
        .maxPages(sequences.pageTable().shape().dim(1))
        .scale(args.mask().scale())
        .window(args.mask().window())
        .type(args.q().dtype().code())
        .kvType(keys.dtype().code());
    NativeStatus.check("attention", CpuLibrary.attention(stream, attentionParams));
  }

  @Override
  public void activation(Activation kind, boolean gated, TensorView x, TensorView out) {
    ShapeCheck.activation(gated, x, out);
    activationParams
        .x(x.address())
        .out(out.address())
        .numTokens(out.shape().dim(0))
        .features(out.shape().dim(1))
        .kind(kind.code())
        .gated(gated ? 1 : 0)
        .outType(out.dtype().code());
    NativeStatus.check("activation", CpuLibrary.activation(stream, activationParams));
  }

  @Override
  public void gatherRows(TensorView x, TensorView rows, TensorView out) {
    ShapeCheck.gatherRows(x, rows, out);
    gatherRowsParams
        .x(x.address())
        .rows(rows.address())
        .out(out.address())
        .numTokens(x.shape().dim(0))
        .numRows(out.shape().dim(0))
        .columns(x.shape().dim(1))
        .type(x.dtype().code());
    NativeStatus.check("gatherRows", CpuLibrary.gatherRows(stream, gatherRowsParams));
  }

  @Override
  public void sample(TensorView logits, List<SampleRow> rows, TensorView tokens) {
    ShapeCheck.sample(logits, rows, tokens);
    sampler.run(logits, rows, tokens);
  }

  /**
   * Streaming read bandwidth of this machine on the stream's threads, in bytes per second.
   *
   * @param bytes to read over; above the last-level cache to measure memory
   */
  public double readBandwidth(long bytes, double seconds) {
    double[] rate = new double[1];
    NativeStatus.check(
        "readBandwidth", CpuLibrary.foveaReadBandwidth(stream, bytes, seconds, rate));
    return rate[0];
  }

  /** Peak of the dot product of the stream's instruction set, in FLOP per second. */
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

  /** Address of a weight that {@link ShapeCheck} found in one piece. */
  private static long address(Weight weight) {
    return weight.segments().get(0).address();
  }
}
