package dev.fovea.binding;

import java.nio.ByteBuffer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;

/** Between addresses and Java's direct memory. */
public final class Memory {
  private Memory() {}

  /** Address of the first byte of a direct buffer, whatever its position. */
  public static long addressOf(ByteBuffer direct) {
    try (BytePointer pointer = new BytePointer(direct.duplicate().clear())) {
      return pointer.address();
    }
  }

  /** A direct buffer over native memory that the caller allocated and keeps alive. */
  public static ByteBuffer view(long address, long bytes) {
    return new Region(address, bytes).asByteBuffer();
  }

  /** Copies between memory of this process that does not overlap. */
  public static void copy(long from, long to, long bytes) {
    Pointer.memcpy(new Region(to, bytes), new Region(from, bytes), bytes);
  }

  /** A pointer without a deallocator: it borrows. */
  private static final class Region extends BytePointer {
    Region(long address, long bytes) {
      super((Pointer) null);
      this.address = address;
      this.capacity = bytes;
      this.limit = bytes;
    }
  }
}
