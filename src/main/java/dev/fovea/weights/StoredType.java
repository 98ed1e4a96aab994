package dev.fovea.weights;

import dev.fovea.tensor.DType;
import java.util.Optional;

/**
 * Element types that a safetensors header may name; only those with a {@link DType} can be read.
 */
enum StoredType {
  BOOL(1, null),
  U8(1, null),
  I8(1, null),
  F8_E4M3(1, null),
  F8_E5M2(1, null),
  F8_E8M0(1, null),
  I16(2, null),
  U16(2, null),
  F16(2, DType.F16),
  BF16(2, DType.BF16),
  I32(4, DType.I32),
  U32(4, null),
  F32(4, DType.F32),
  I64(8, DType.I64),
  U64(8, null),
  F64(8, null),
  C64(8, null);

  private final int bytes;
  private final DType dtype;

  StoredType(int bytes, DType dtype) {
    this.bytes = bytes;
    this.dtype = dtype;
  }

  /** Size of one element in bytes. */
  int bytes() {
    return bytes;
  }

  /** The type that a tensor of this kind has in memory, if this project reads it. */
  Optional<DType> dtype() {
    return Optional.ofNullable(dtype);
  }

  /** Whether it can be had in a floating dtype. */
  boolean isFloating() {
    return this == F64 || (dtype != null && dtype.isFloating());
  }

  static Optional<StoredType> named(String name) {
    for (StoredType type : values()) {
      if (type.name().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
