package dev.fovea.kernel;

import dev.fovea.binding.Memory;
import dev.fovea.binding.cuda.CudaLibrary;
import dev.fovea.binding.cuda.CudaLibrary.StreamHandle;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.HostBuffer;
import dev.fovea.tensor.NativeBuffer;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * Device memory of one stream: once a block is set aside, everything but lasting stagings comes out
 * of it, and what it has no room for is refused, since then the plan that sized it is wrong.
 */
final class CudaMemory {
  private static final long ALIGNMENT = 256;

  private final StreamHandle stream;
  private final Set<Long> alone = new HashSet<>();
  private NativeBuffer block;
  private long taken;

  CudaMemory(StreamHandle stream) {
    this.stream = stream;
  }

  /** Sets a block aside for what {@link #allocate} gives from now on. */
  void reserve(long bytes) {
    if (block != null) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT, "device memory: %d bytes are set aside already", block.byteSize()));
    }
    block = allocateAlone(bytes);
    taken = 0;
  }

  /** Frees the block and with it all that was taken from it. */
  void release() {
    if (block != null) {
      block.close();
      block = null;
    }
  }

  /**
   * Memory aligned to 256 bytes; its content is undefined.
   *
   * @throws IllegalStateException if the block that was set aside has no room for it
   */
  Buffer allocate(long bytes) {
    if (block == null) {
      return allocateAlone(bytes);
    }
    long padded = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (padded > block.byteSize() - taken) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "device memory: expected at most the %d bytes that are left of the planned %d, got %d",
              block.byteSize() - taken,
              block.byteSize(),
              bytes));
    }
    NativeBuffer piece = new NativeBuffer(block.address() + taken, bytes, address -> {});
    taken += padded;
    return piece;
  }

  void zero(Buffer buffer) {
    if (buffer.byteSize() > 0) {
      NativeStatus.checkCuda(
          "fill", CudaLibrary.foveaFill(stream, buffer.address(), 0, buffer.byteSize()));
    }
  }

  void copy(long to, long from, long bytes) {
    if (bytes > 0) {
      NativeStatus.checkCuda("copy", CudaLibrary.foveaCopy(stream, to, from, bytes));
    }
  }

  /** Page-locked host memory with a twin on the device. */
  Staging newStaging(long bytes) {
    return newStaging(bytes, this::allocate);
  }

  /** {@link #newStaging} that outlives what is set aside. */
  Staging newLastingStaging(long bytes) {
    return newStaging(bytes, this::allocateAlone);
  }

  private Staging newStaging(long bytes, LongFunction<Buffer> twin) {
    Buffer device = twin.apply(bytes);
    try {
      return pinned(device);
    } catch (RuntimeException | Error e) {
      device.close();
      throw e;
    }
  }

  private Pinned pinned(Buffer device) {
    long bytes = device.byteSize();
    long[] address = new long[1];
    NativeStatus.checkCuda(
        "pinned memory", CudaLibrary.foveaPinnedAllocate(stream, Math.max(1, bytes), address));
    NativeBuffer pinned =
        new NativeBuffer(address[0], bytes, freed -> CudaLibrary.foveaPinnedFree(stream, freed));
    HostBuffer host = HostBuffer.wrap(Memory.view(address[0], bytes));
    return new Pinned(this, pinned, host, device);
  }

  DeviceMemory state() {
    long[] free = new long[1];
    long[] total = new long[1];
    NativeStatus.checkCuda("memory", CudaLibrary.foveaDeviceMemory(stream, free, total));
    return new DeviceMemory(free[0], total[0]);
  }

  /** Frees all that is still allocated. */
  void freeAll() {
    alone.forEach(address -> CudaLibrary.foveaDeviceFree(stream, address));
    alone.clear();
    block = null;
  }

  private NativeBuffer allocateAlone(long bytes) {
    long[] address = new long[1];
    NativeStatus.checkCuda(
        "allocate", CudaLibrary.foveaDeviceAllocate(stream, Math.max(1, bytes), address));
    alone.add(address[0]);
    return new NativeBuffer(address[0], bytes, this::free);
  }

  private void free(long address) {
    if (alone.remove(address)) {
      CudaLibrary.foveaDeviceFree(stream, address);
    }
  }

  private record Pinned(CudaMemory memory, NativeBuffer pinned, HostBuffer host, Buffer device)
      implements Staging {
    @Override
    public void upload(long bytes) {
      memory.copy(device.address(), pinned.address(), bytes);
    }

    @Override
    public void download(long bytes) {
      memory.copy(pinned.address(), device.address(), bytes);
    }

    @Override
    public Staging another() {
      return memory.pinned(device);
    }

    @Override
    public void close() {
      device.close();
      pinned.close();
    }
  }
}
