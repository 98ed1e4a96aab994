package dev.fovea.weights;

import dev.fovea.binding.CpuLibrary;
import dev.fovea.binding.Memory;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.HostBuffer;
import dev.fovea.tensor.NativeBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Memory for the tensors that cannot stay in their file. Native where native code will read it
 * (outside the limit the JVM sets on direct buffers), a direct buffer of at most 2 GiB elsewhere.
 */
record OwnedMemory(Buffer buffer) implements AutoCloseable {

  static OwnedMemory allocate(long bytes, Mapping mapping) {
    if (mapping == Mapping.JAVA || bytes == 0) {
      return new OwnedMemory(HostBuffer.allocate(bytes));
    }
    long[] address = new long[1];
    if (CpuLibrary.foveaAllocate(bytes, address) != 0) {
      throw new IllegalStateException(CpuLibrary.foveaLastError());
    }
    return new OwnedMemory(new NativeBuffer(address[0], bytes, CpuLibrary::foveaFree));
  }

  /** A part of it in native byte order; any thread may ask. */
  ByteBuffer window(long at, int count) {
    ByteBuffer part =
        buffer instanceof HostBuffer host
            ? host.bytes().slice(Math.toIntExact(at), count)
            : Memory.view(buffer.address() + at, count);
    return part.order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() {
    buffer.close();
  }
}
