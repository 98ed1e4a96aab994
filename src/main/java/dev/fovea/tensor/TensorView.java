package dev.fovea.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * A borrowed, contiguous, row-major tensor inside a {@link Buffer}. Never frees anything.
 *
 * @param byteOffset of the first element from the buffer's start
 */
public record TensorView(Buffer buffer, long byteOffset, DType dtype, Shape shape) {

  public TensorView {
    long end = Math.addExact(byteOffset, Math.multiplyExact(shape.elements(), dtype.bytes()));
    if (byteOffset < 0 || end > buffer.byteSize()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "tensor %s %s at byte %d needs %d bytes, the buffer has %d",
              shape,
              dtype,
              byteOffset,
              end,
              buffer.byteSize()));
    }
  }

  /** A view of a whole new host buffer. */
  public static TensorView host(DType dtype, long... dims) {
    Shape shape = Shape.of(dims);
    return new TensorView(HostBuffer.allocate(shape.elements() * dtype.bytes()), 0, dtype, shape);
  }

  public long byteSize() {
    return shape.elements() * dtype.bytes();
  }

  public long address() {
    return buffer.address() + byteOffset;
  }

  /**
   * The elements as bytes in native order, position 0.
   *
   * @throws IllegalStateException if the memory is not a {@link HostBuffer}
   */
  public ByteBuffer bytes() {
    if (buffer instanceof HostBuffer host) {
      return host.bytes()
          .slice(Math.toIntExact(byteOffset), Math.toIntExact(byteSize()))
          .order(ByteOrder.nativeOrder());
    }
    throw new IllegalStateException("tensor " + this + " is not in host memory that Java can read");
  }

  /** The first {@code rows} rows of the leading dimension. */
  public TensorView rows(long rows) {
    return rows(0, rows);
  }

  /** Rows {@code from .. from + rows} of the leading dimension. */
  public TensorView rows(long from, long rows) {
    if (from < 0 || rows < 0 || from + rows > shape.dim(0)) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "rows %d..%d of %s", from, from + rows, shape));
    }
    long[] dims = shape.toArray();
    long rowBytes = dims[0] == 0 ? 0 : byteSize() / dims[0];
    dims[0] = rows;
    return new TensorView(buffer, byteOffset + from * rowBytes, dtype, Shape.of(dims));
  }

  /** The same elements under another shape. */
  public TensorView reshape(long... dims) {
    Shape target = Shape.of(dims);
    if (target.elements() != shape.elements()) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "cannot view %s as %s", shape, target));
    }
    return new TensorView(buffer, byteOffset, dtype, target);
  }

  @Override
  public String toString() {
    return shape + " " + dtype.name().toLowerCase(java.util.Locale.ROOT);
  }
}
