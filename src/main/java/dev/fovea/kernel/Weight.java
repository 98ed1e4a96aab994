package dev.fovea.kernel;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.util.List;

/**
 * An opaque handle on weights made ready by {@link Kernels#prepare}: one matrix {@code [M, K]},
 * maybe stacked from several checkpoint tensors (q, k and v projections, say) that a backend keeps
 * where they are, or one vector {@code [M]}. Lives as long as the tensors it was made from.
 */
public final class Weight {
  private final List<TensorView> segments;
  private final Shape shape;
  private final DType dtype;

  Weight(List<TensorView> segments, Shape shape, DType dtype) {
    this.segments = List.copyOf(segments);
    this.shape = shape;
    this.dtype = dtype;
  }

  /** Whole shape: the rows of all segments together. */
  public Shape shape() {
    return shape;
  }

  public DType dtype() {
    return dtype;
  }

  /** The stacked parts in row order, one for a plain weight. */
  List<TensorView> segments() {
    return segments;
  }

  @Override
  public String toString() {
    return shape + " " + dtype;
  }
}
