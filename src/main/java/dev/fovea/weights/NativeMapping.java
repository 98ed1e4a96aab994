package dev.fovea.weights;

import dev.fovea.binding.CpuLibrary;
import dev.fovea.tensor.NativeBuffer;
import java.io.IOException;
import java.nio.file.Path;

/** A whole file mapped by the native library. */
final class NativeMapping implements MappedFile {
  private final NativeBuffer bytes;

  NativeMapping(Path file) throws IOException {
    long[] address = new long[1];
    long[] size = new long[1];
    if (CpuLibrary.foveaMapFile(file.toString(), address, size) != 0) {
      throw new IOException(CpuLibrary.foveaLastError());
    }
    long mapped = size[0];
    bytes = new NativeBuffer(address[0], mapped, at -> CpuLibrary.foveaUnmapFile(at, mapped));
  }

  @Override
  public Window window(long at, long count) {
    return new Window(bytes, at);
  }

  @Override
  public void close() {
    bytes.close();
  }
}
