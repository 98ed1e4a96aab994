package dev.fovea.weights;

import dev.fovea.binding.CpuLibrary;
import dev.fovea.binding.Memory;
import dev.fovea.tensor.HostBuffer;
import java.nio.ByteBuffer;

/**
 * Memory for the few tensors that cannot stay in their file. Native where native code will read it
 * (outside the limit the JVM sets on direct buffers), a direct buffer elsewhere.
 *
 * @param address to free, 0: the garbage collector frees it
 */
record OwnedMemory(HostBuffer buffer, long address) implements AutoCloseable {

  static OwnedMemory allocate(long bytes, Mapping mapping) {
    if (mapping == Mapping.JAVA || bytes == 0) {
      return new OwnedMemory(HostBuffer.allocate(bytes), 0);
    }
    long[] address = new long[1];
    if (CpuLibrary.foveaAllocate(bytes, address) != 0) {
      throw new IllegalStateException(CpuLibrary.foveaLastError());
    }
    ByteBuffer bytesThere = Memory.view(address[0], bytes);
    return new OwnedMemory(HostBuffer.wrap(bytesThere), address[0]);
  }

  @Override
  public void close() {
    if (address != 0) {
      CpuLibrary.foveaFree(address);
    }
  }
}
