package dev.fovea.kernel;

import dev.fovea.binding.cuda.CudaLibrary;
import dev.fovea.binding.cuda.CudaLibrary.StreamHandle;

/** {@link Mark} as a CUDA event. */
final class CudaMark implements Mark {
  private final StreamHandle stream;
  private final long event;

  CudaMark(StreamHandle stream) {
    this.stream = stream;
    long[] created = new long[1];
    NativeStatus.checkCuda("mark", CudaLibrary.foveaNewEvent(stream, created));
    event = created[0];
  }

  @Override
  public void set() {
    NativeStatus.checkCuda("mark", CudaLibrary.foveaRecordEvent(stream, event));
  }

  @Override
  public void await() {
    NativeStatus.checkCuda("await", CudaLibrary.foveaAwaitEvent(stream, event));
  }

  @Override
  public void close() {
    CudaLibrary.foveaFreeEvent(stream, event);
  }
}
