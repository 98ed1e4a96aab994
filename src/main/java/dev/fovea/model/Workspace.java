package dev.fovea.model;

import dev.fovea.kernel.Kernels;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.util.EnumMap;
import java.util.Map;

/** The activations of a step, allocated once for the largest step. */
final class Workspace implements AutoCloseable {

  /** One activation each; see {@link #layout} for shapes. */
  enum Slot {
    RESIDUAL,
    NORMED,
    QKV,
    QUERY,
    ATTENDED,
    DELTA,
    UP,
    ACTIVATED,
    ROW_RESIDUAL,
    ROW_DELTA,
    ROW_NORMED,
    LOGITS
  }

  private record Spec(DType dtype, long rows, long columns) {
    long bytes() {
      return Math.multiplyExact(Math.multiplyExact(rows, columns), dtype.bytes());
    }
  }

  private final Map<Slot, TensorView> views = new EnumMap<>(Slot.class);

  /**
   * @param maxRows rows that may become logits in a step
   */
  Workspace(ModelConfig config, DType dtype, int maxTokens, int maxRows, Kernels kernels) {
    layout(config, dtype, maxTokens, maxRows)
        .forEach(
            (slot, spec) -> {
              Buffer buffer = kernels.allocate(spec.bytes());
              Shape shape = Shape.of(spec.rows(), spec.columns());
              views.put(slot, new TensorView(buffer, 0, spec.dtype(), shape));
            });
  }

  /** The first {@code rows} rows of an activation. */
  TensorView take(Slot slot, long rows) {
    return views.get(slot).rows(rows);
  }

  static long bytes(ModelConfig config, DType dtype, int maxTokens, int maxRows) {
    return layout(config, dtype, maxTokens, maxRows).values().stream()
        .mapToLong(Spec::bytes)
        .reduce(0, Math::addExact);
  }

  private static Map<Slot, Spec> layout(ModelConfig config, DType dtype, int tokens, int rows) {
    long hidden = config.sizes().hidden();
    long feedForward = config.sizes().feedForward();
    long query = (long) config.attention().heads().query() * config.attention().heads().dim();
    long up = config.family().isGpt2Like() ? feedForward : 2 * feedForward;
    Map<Slot, Spec> layout = new EnumMap<>(Slot.class);
    layout.put(Slot.RESIDUAL, new Spec(DType.F32, tokens, hidden));
    layout.put(Slot.NORMED, new Spec(dtype, tokens, hidden));
    layout.put(Slot.QKV, new Spec(DType.F32, tokens, config.attention().heads().packedColumns()));
    layout.put(Slot.QUERY, new Spec(dtype, tokens, query));
    layout.put(Slot.ATTENDED, new Spec(dtype, tokens, query));
    layout.put(Slot.DELTA, new Spec(DType.F32, tokens, hidden));
    layout.put(Slot.UP, new Spec(dtype, tokens, up));
    layout.put(Slot.ACTIVATED, new Spec(dtype, tokens, feedForward));
    layout.put(Slot.ROW_RESIDUAL, new Spec(DType.F32, rows, hidden));
    layout.put(Slot.ROW_DELTA, new Spec(DType.F32, rows, hidden));
    layout.put(Slot.ROW_NORMED, new Spec(dtype, rows, hidden));
    layout.put(Slot.LOGITS, new Spec(DType.F32, rows, config.sizes().vocabulary()));
    return layout;
  }

  @Override
  public void close() {
    views.values().forEach(view -> view.buffer().close());
  }
}
