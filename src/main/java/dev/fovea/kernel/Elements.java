package dev.fovea.kernel;

import dev.fovea.tensor.Floats;
import dev.fovea.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Elements of floating tensors in host memory, as fp32. */
final class Elements {
  private Elements() {}

  /** Decodes {@code count} elements from index {@code from} of the flattened tensor. */
  static void read(TensorView tensor, long from, int count, FloatSpan into) {
    Floats.decode(
        tensor.dtype(),
        window(tensor, from, count),
        FloatBuffer.wrap(into.values(), into.from(), count));
  }

  /** {@link #read} into a new array. */
  static float[] read(TensorView tensor, long from, int count) {
    float[] values = new float[count];
    read(tensor, from, count, new FloatSpan(values, 0));
    return values;
  }

  /** Encodes {@code count} values, rounded to nearest even, from index {@code at} on. */
  static void write(TensorView tensor, long at, int count, FloatSpan values) {
    Floats.encode(
        tensor.dtype(),
        FloatBuffer.wrap(values.values(), values.from(), count),
        window(tensor, at, count));
  }

  /** All elements of an {@code i32} tensor. */
  static int[] ints(TensorView tensor) {
    int[] values = new int[Math.toIntExact(tensor.shape().elements())];
    tensor.bytes().asIntBuffer().get(values);
    return values;
  }

  /** All elements of an {@code i64} tensor. */
  static long[] longs(TensorView tensor) {
    long[] values = new long[Math.toIntExact(tensor.shape().elements())];
    tensor.bytes().asLongBuffer().get(values);
    return values;
  }

  private static ByteBuffer window(TensorView tensor, long from, int count) {
    int width = tensor.dtype().bytes();
    ByteBuffer bytes = tensor.bytes();
    return bytes
        .position(Math.toIntExact(from * width))
        .limit(Math.toIntExact((from + count) * width))
        .slice()
        .order(bytes.order());
  }
}
