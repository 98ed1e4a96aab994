package dev.fovea.tensor;

import dev.fovea.binding.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Host memory behind a direct {@link ByteBuffer} of at most 2 GiB: the only kind the plain-Java
 * reference backend reads, and the staging area of the others. Asking for the address needs the
 * native library, reading through {@link #bytes()} does not. Freed by the garbage collector.
 */
public final class HostBuffer implements Buffer {
  private static final int ALIGNMENT = 64;

  private final ByteBuffer bytes;
  private long address;

  private HostBuffer(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  /** Allocates zeroed memory, aligned to 64 bytes. */
  public static HostBuffer allocate(long byteSize) {
    if (byteSize < 0 || byteSize > Integer.MAX_VALUE - ALIGNMENT) {
      throw new IllegalArgumentException(
          "a host buffer holds at most 2 GiB, asked for " + byteSize + " bytes");
    }
    ByteBuffer raw = ByteBuffer.allocateDirect((int) byteSize + ALIGNMENT);
    // Not alignedSlice, which also rounds the end down and may leave too little.
    int from = ALIGNMENT - raw.alignmentOffset(0, ALIGNMENT);
    return new HostBuffer(raw.slice(from, (int) byteSize));
  }

  /** Wraps a direct buffer (a mapped window of a file, say); its position and limit are ignored. */
  public static HostBuffer wrap(ByteBuffer direct) {
    if (!direct.isDirect()) {
      throw new IllegalArgumentException("expected a direct buffer, got a heap buffer");
    }
    return new HostBuffer(direct.duplicate().clear());
  }

  @Override
  public long byteSize() {
    return bytes.capacity();
  }

  @Override
  public long address() {
    if (address == 0) {
      address = Memory.addressOf(bytes);
    }
    return address;
  }

  /** The whole memory in native byte order; every call gives a view with its own position. */
  public ByteBuffer bytes() {
    return bytes.duplicate().clear().order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    // The direct buffer's cleaner frees it: an explicit free could pull memory from under a view.
  }
}
