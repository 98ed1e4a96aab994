package dev.fovea.tensor;

/** Element types of tensors; {@code code} is the number the native header uses. */
public enum DType {
  F32(0, 4),
  BF16(1, 2),
  F16(2, 2),
  I32(3, 4),
  I64(4, 8);

  private final int code;
  private final int bytes;

  DType(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  /** The value of {@code FoveaDType} in {@code fovea.h}. */
  public int code() {
    return code;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }

  public boolean isFloating() {
    return this == F32 || this == BF16 || this == F16;
  }
}
