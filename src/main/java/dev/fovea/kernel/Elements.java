package dev.fovea.kernel;

import dev.fovea.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Elements of floating tensors in host memory, as fp32. */
final class Elements {
  private Elements() {}

  /** Decodes {@code count} elements from index {@code from} of the flattened tensor. */
  static void read(TensorView tensor, long from, int count, FloatSpan into) {
    float[] target = into.values();
    int at = into.from();
    ByteBuffer bytes = window(tensor, from, count);
    switch (tensor.dtype()) {
      case F32 -> bytes.asFloatBuffer().get(target, at, count);
      case BF16 -> {
        ShortBuffer source = bytes.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[at + i] = HalfFloats.fromBf16(source.get(i));
        }
      }
      case F16 -> {
        ShortBuffer source = bytes.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[at + i] = HalfFloats.fromF16(source.get(i));
        }
      }
      case I32, I64 -> throw notFloating(tensor);
    }
  }

  /** {@link #read} into a new array. */
  static float[] read(TensorView tensor, long from, int count) {
    float[] values = new float[count];
    read(tensor, from, count, new FloatSpan(values, 0));
    return values;
  }

  /** Encodes {@code count} values, rounded to nearest even, from index {@code at} on. */
  static void write(TensorView tensor, long at, int count, FloatSpan values) {
    float[] source = values.values();
    int from = values.from();
    ByteBuffer bytes = window(tensor, at, count);
    switch (tensor.dtype()) {
      case F32 -> {
        FloatBuffer target = bytes.asFloatBuffer();
        target.put(source, from, count);
      }
      case BF16 -> {
        ShortBuffer target = bytes.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target.put(i, HalfFloats.toBf16(source[from + i]));
        }
      }
      case F16 -> {
        ShortBuffer target = bytes.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target.put(i, HalfFloats.toF16(source[from + i]));
        }
      }
      case I32, I64 -> throw notFloating(tensor);
    }
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

  private static IllegalArgumentException notFloating(TensorView tensor) {
    return new IllegalArgumentException("expected a floating tensor, got " + tensor);
  }
}
