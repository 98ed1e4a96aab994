package dev.fovea.kernel;

import dev.fovea.tensor.DType;

/**
 * A binary floating-point format by its arithmetic definition, for tests: slow, and free of the bit
 * tricks that the code under test uses.
 */
public enum FloatFormat {
  F32(8, 23),
  BF16(8, 7),
  F16(5, 10);

  private final int exponentBits;
  private final int mantissaBits;
  private final int bias;

  FloatFormat(int exponentBits, int mantissaBits) {
    this.exponentBits = exponentBits;
    this.mantissaBits = mantissaBits;
    this.bias = (1 << exponentBits - 1) - 1;
  }

  public static FloatFormat of(DType dtype) {
    return valueOf(dtype.name());
  }

  /** The value of an encoding. */
  public double decode(int bits) {
    int mantissa = bits & (1 << mantissaBits) - 1;
    int exponent = bits >>> mantissaBits & (1 << exponentBits) - 1;
    double sign = (bits >>> mantissaBits + exponentBits & 1) == 0 ? 1 : -1;
    if (exponent == (1 << exponentBits) - 1) {
      return mantissa == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    if (exponent == 0) {
      return sign * mantissa * power(1 - bias - mantissaBits);
    }
    return sign * (mantissa + (1 << mantissaBits)) * power(exponent - bias - mantissaBits);
  }

  /** The encoding of the nearest value, ties to even; all NaNs become one. */
  public int encode(double value) {
    int signBit = (Double.doubleToRawLongBits(value) < 0 ? 1 : 0) << mantissaBits + exponentBits;
    int infinity = (1 << exponentBits) - 1 << mantissaBits;
    if (Double.isNaN(value)) {
      return signBit | infinity | 1 << mantissaBits - 1;
    }
    double rounded = Math.abs(round(value));
    if (Double.isInfinite(rounded)) {
      return signBit | infinity;
    }
    if (rounded < power(1 - bias)) {
      return signBit | (int) (rounded / power(1 - bias - mantissaBits));
    }
    int exponent = Math.getExponent(rounded);
    int mantissa = (int) (rounded / power(exponent - mantissaBits)) - (1 << mantissaBits);
    return signBit | exponent + bias << mantissaBits | mantissa;
  }

  /** The nearest value of this format, ties to even. */
  public double round(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return value;
    }
    double quantum = ulp(value);
    double rounded = Math.rint(value / quantum) * quantum;
    return Math.abs(rounded) < power(bias) * 2 ? rounded : Math.copySign(1 / 0.0, value);
  }

  /** Distance between neighbours of this format around a value. */
  public double ulp(double value) {
    return power(Math.max(Math.getExponent(value), 1 - bias) - mantissaBits);
  }

  private static double power(int exponent) {
    return Double.longBitsToDouble(exponent + 1023L << 52);
  }
}
