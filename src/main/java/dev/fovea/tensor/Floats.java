package dev.fovea.tensor;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** Elements of the floating dtypes from and to fp32, many at a time. */
public final class Floats {
  private Floats() {}

  /**
   * Decodes as many elements as {@code into} has room for.
   *
   * @param from in its own byte order, from its start
   * @param into a buffer of an array; its position stays
   */
  public static void decode(DType dtype, ByteBuffer from, FloatBuffer into) {
    float[] target = into.array();
    int at = into.arrayOffset() + into.position();
    int count = into.remaining();
    switch (dtype) {
      case F32 -> from.asFloatBuffer().get(target, at, count);
      case BF16 -> {
        ShortBuffer source = from.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[at + i] = HalfFloats.fromBf16(source.get(i));
        }
      }
      case F16 -> {
        ShortBuffer source = from.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target[at + i] = HalfFloats.fromF16(source.get(i));
        }
      }
      case I32, I64 -> throw notFloating(dtype);
    }
  }

  /**
   * Encodes what {@code from} has, rounded to nearest even.
   *
   * @param from a buffer of an array; its position stays
   * @param into in its own byte order, from its start
   */
  public static void encode(DType dtype, FloatBuffer from, ByteBuffer into) {
    float[] source = from.array();
    int at = from.arrayOffset() + from.position();
    int count = from.remaining();
    switch (dtype) {
      case F32 -> into.asFloatBuffer().put(source, at, count);
      case BF16 -> {
        ShortBuffer target = into.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target.put(i, HalfFloats.toBf16(source[at + i]));
        }
      }
      case F16 -> {
        ShortBuffer target = into.asShortBuffer();
        for (int i = 0; i < count; i++) {
          target.put(i, HalfFloats.toF16(source[at + i]));
        }
      }
      case I32, I64 -> throw notFloating(dtype);
    }
  }

  private static IllegalArgumentException notFloating(DType dtype) {
    return new IllegalArgumentException("expected a floating dtype, got " + dtype);
  }
}
