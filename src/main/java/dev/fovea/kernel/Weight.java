package dev.fovea.kernel;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.util.List;
import java.util.Locale;

/**
 * An opaque handle on weights made ready by {@link Kernels#prepare}: one matrix {@code [M, K]},
 * maybe stacked from several checkpoint tensors (q, k and v projections, say) that a backend keeps
 * where they are, or one vector {@code [M]}. Lives as long as the tensors it was made from.
 */
public final class Weight {
  private final List<TensorView> segments;
  private final Shape shape;
  private final DType dtype;

  private Weight(List<TensorView> segments, Shape shape, DType dtype) {
    this.segments = List.copyOf(segments);
    this.shape = shape;
    this.dtype = dtype;
  }

  /** Stacks matrices of one width by rows, or vectors end to end; copies nothing. */
  static Weight stack(List<TensorView> segments) {
    if (segments.isEmpty()) {
      throw new IllegalArgumentException("weight: expected at least one tensor, got none");
    }
    TensorView first = segments.get(0);
    long[] dims = first.shape().toArray();
    if (dims.length < 1 || dims.length > 2 || !first.dtype().isFloating()) {
      throw new IllegalArgumentException(
          "weight: expected [M, K] or [M] of a floating dtype, got " + first);
    }
    dims[0] = 0;
    for (TensorView segment : segments) {
      boolean fits =
          segment.dtype() == first.dtype()
              && segment.shape().rank() == dims.length
              && (dims.length == 1 || segment.shape().dim(1) == dims[1]);
      if (!fits) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "weight: expected segments as the first, %s, got %s", first, segment));
      }
      dims[0] += segment.shape().dim(0);
    }
    return new Weight(segments, Shape.of(dims), first.dtype());
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

  /** Decodes row {@code row} of the matrix, {@code [K]}, for backends that read it from Java. */
  void readRow(long row, FloatSpan into) {
    long first = 0;
    for (TensorView segment : segments) {
      long rows = segment.shape().dim(0);
      if (row < first + rows) {
        int columns = Math.toIntExact(shape.dim(1));
        Elements.read(segment, (row - first) * columns, columns, into);
        return;
      }
      first += rows;
    }
    throw new IndexOutOfBoundsException(String.format(Locale.ROOT, "row %d of %s", row, this));
  }

  /** Decodes a vector, {@code [M]}. */
  float[] readVector() {
    float[] values = new float[Math.toIntExact(shape.elements())];
    int at = 0;
    for (TensorView segment : segments) {
      int count = (int) segment.shape().elements();
      Elements.read(segment, 0, count, new FloatSpan(values, at));
      at += count;
    }
    return values;
  }

  @Override
  public String toString() {
    return shape + " " + dtype;
  }
}
