package dev.fovea.kernel;

import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.util.List;
import java.util.Optional;

/**
 * The operations of a decoder's forward pass. Methods only enqueue: results may be read after
 * {@link #synchronize()}. Shapes, and on CPUs ids and slots too, are checked first and refused with
 * an {@link IllegalArgumentException} that says what was expected and what was given; failures of
 * the backend are {@link KernelException}s.
 *
 * <p>Activations between operations are fp32 or the model's dtype as each method says; all sums are
 * fp32. Where a view has more rows than an operation has tokens, pass {@code view.rows(n)}.
 *
 * <p>Every tensor of an operation lies in memory of {@link #allocate} or of a {@link Staging}'s
 * device side; on backends that compute in the host's memory any {@link
 * dev.fovea.tensor.HostBuffer} will do as well.
 *
 * <p>Not thread-safe: one thread at a time.
 */
public sealed interface Kernels extends AutoCloseable permits NativeKernels, ReferenceKernels {

  /** What runs: shown in /version, logs and every benchmark. */
  KernelsInfo info();

  /**
   * {@link #info()} for a model whose pages have this dtype: it decides on the attention kernel.
   */
  default KernelsInfo info(DType pages) {
    return info();
  }

  /** Zeroed memory that the operations of this backend may read and write. */
  Buffer allocate(long bytes);

  /** Memory that both Java and the operations see, one after the other. */
  default Staging newStaging(long bytes) {
    return Staging.shared(bytes);
  }

  /** Copies as many bytes between memory of the host and of the operations, in any direction. */
  void copy(TensorView from, TensorView to);

  /**
   * Makes checkpoint tensors usable as a weight. Several matrices of the same width are stacked by
   * rows, several vectors end to end, for {@link #linear} only. Backends that compute in the host's
   * memory copy nothing and borrow the tensors.
   */
  Weight prepare(List<TensorView> segments);

  /** Whether weights no longer need the tensors that they were prepared from. */
  default boolean copiesWeights() {
    return false;
  }

  /** The device's memory; empty where operations compute in the host's. */
  default Optional<DeviceMemory> memory() {
    return Optional.empty();
  }

  /** Scratch memory that attention needs within the bounds. */
  default long scratchBytes(AttentionBounds bounds) {
    return 0;
  }

  /**
   * Sets memory of a device aside, at once: {@link #allocate} and {@link #prepare} take from it,
   * and so does attention's scratch, until it is closed and all of it is free again. Nothing
   * happens where operations compute in the host's memory.
   *
   * @param bytes of everything, scratch included
   * @throws KernelException if the device has not so much
   */
  default Reservation reserve(long bytes, AttentionBounds bounds) {
    return () -> {};
  }

  /** Memory set aside; one at a time. */
  interface Reservation extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Token rows, plus position rows where {@code positionTable} is given: {@code out[n] =
   * table[tokens[n]] + positionTable[positions[n]]}.
   *
   * @param tokens {@code [N] i32}, each in {@code 0 .. V - 1}
   * @param positions {@code [N] i32}
   * @param table {@code [V, E]}
   * @param positionTable {@code [T, E]} or null
   * @param out {@code [N, E] f32}
   */
  void embed(
      TensorView tokens, TensorView positions, Weight table, Weight positionTable, TensorView out);

  /**
   * {@code residual += delta; out = residual / rms(residual) * gamma} per row (Zhang and Sennrich
   * 2019).
   *
   * @param residual {@code [N, E] f32}, updated
   * @param delta {@code [N, E] f32} or null
   * @param out {@code [N, E]}, f32 or gamma's dtype; any floating one where gamma is f32
   */
  void rmsNorm(TensorView residual, TensorView delta, Norm norm, TensorView out);

  /** As {@link #rmsNorm} with the mean removed and beta added (Ba et al. 2016). */
  void layerNorm(TensorView residual, TensorView delta, Norm norm, TensorView out);

  /**
   * {@code out = x weight^T + bias}. On CPUs one reduction order for every N: a row's bits depend
   * on that row and the weight alone. On GPUs cuBLASLt chooses the order by the shape.
   *
   * @param x {@code [N, K]} in the weight's dtype
   * @param weight {@code [M, K]}
   * @param bias {@code [M]} in f32 or the weight's dtype, or null
   * @param out {@code [N, M]}, f32 or the weight's dtype
   */
  void linear(TensorView x, Weight weight, Weight bias, TensorView out);

  /**
   * Splits packed projections, normalises heads where {@link RopeAppend#queryNorm} says so, rotates
   * q and k, writes q out and k and v into their pages.
   */
  void ropeAppend(RopeAppend args);

  /**
   * Attention over the paged cache for a ragged batch: prefill, chunked prefill, decode or any mix,
   * causal or full (FlashAttention-2, Dao 2023). A row's bits depend on its sequence alone; on CUDA
   * a prompt's also on how it was cut into chunks.
   */
  void attention(Attention args);

  /**
   * {@code out = act(x[:, :F]) * x[:, F:]} where gated, else {@code act(x)}.
   *
   * @param x {@code [N, 2F]} or {@code [N, F]}, f32 or out's dtype
   * @param out {@code [N, F]}, f32 or a 16-bit dtype
   */
  void activation(Activation kind, boolean gated, TensorView x, TensorView out);

  /** {@code out[r] = x[rows[r]]}; x {@code [N, E]}, rows {@code [R] i32}, out {@code [R, E]}. */
  void gatherRows(TensorView x, TensorView rows, TensorView out);

  /**
   * {@code out[places[j]] = ids[sources[j]]}, a negative id as 0: new pages into a page table, and
   * the tokens that one step draws into the tokens of the next, where one that could not be drawn
   * must do no harm.
   *
   * @param ids {@code [M] i32}
   * @param sources {@code [J] i32}, or null for {@code ids[j]}, M = J
   * @param places {@code [J] i32}, no two alike, of out's elements
   * @param out {@code [..] i32}
   */
  void putIds(TensorView ids, TensorView sources, TensorView places, TensorView out);

  /**
   * Draws one token a row; overwrites the logits.
   *
   * @param logits {@code [R, V] f32}
   * @param rows one per row of logits; borrowed until the return
   * @param tokens {@code [R] i32}: the id, or -1 for a row with a NaN or without any finite logit
   */
  void sample(TensorView logits, List<SampleRow> rows, TensorView tokens);

  /** Waits until everything enqueued is done. */
  void synchronize();

  /**
   * Whether operations run beside the caller, who may then prepare and enqueue the next ones;
   * otherwise they are done when they return.
   */
  default boolean isAsynchronous() {
    return false;
  }

  /**
   * Records the operations that {@code work} enqueues, without running them where they can be
   * recorded. The same work must have run before, and its tensors and attention's scratch must stay
   * where they are.
   */
  default Recording record(Runnable work) {
    return new Recording.Called(work);
  }

  /** A place in the order of what is enqueued that can be waited for; not set yet. */
  default Mark newMark() {
    return Mark.atTheEnd(this);
  }

  @Override
  void close();

  /** Dtypes that weights and caches may have on this backend. */
  default boolean supports(DType dtype) {
    return dtype.isFloating();
  }
}
