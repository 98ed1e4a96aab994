package dev.fovea.tensor;

import java.util.function.LongConsumer;

/**
 * Memory known by its address only: native allocations, mapped files of any size, device memory.
 */
public final class NativeBuffer implements Buffer {
  private final long byteSize;
  private final LongConsumer release;
  private long address;

  /**
   * @param release called once by {@link #close()} with the address; a no-op for borrowed memory
   */
  public NativeBuffer(long address, long byteSize, LongConsumer release) {
    this.address = address;
    this.byteSize = byteSize;
    this.release = release;
  }

  @Override
  public long byteSize() {
    return byteSize;
  }

  @Override
  public long address() {
    if (address == 0) {
      throw new IllegalStateException("buffer of " + byteSize + " bytes used after close");
    }
    return address;
  }

  @Override
  public void close() {
    if (address != 0) {
      release.accept(address);
      address = 0;
    }
  }
}
