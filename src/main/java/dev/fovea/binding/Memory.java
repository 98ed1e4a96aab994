package dev.fovea.binding;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;

/** Addresses of Java's direct memory. */
public final class Memory {
  private Memory() {}

  /** Address of the first byte of a direct buffer, whatever its position. */
  public static long addressOf(ByteBuffer direct) {
    try (BytePointer pointer = new BytePointer(direct.duplicate().clear())) {
      return pointer.address();
    }
  }
}
