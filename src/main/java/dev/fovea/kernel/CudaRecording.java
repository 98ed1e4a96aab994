package dev.fovea.kernel;

import dev.fovea.binding.cuda.CudaLibrary;
import dev.fovea.binding.cuda.CudaLibrary.StreamHandle;

/** {@link Recording} as a CUDA graph. */
final class CudaRecording implements Recording {
  private final StreamHandle stream;
  private final long graph;

  /** Records what the work enqueues, without running it. */
  CudaRecording(StreamHandle stream, Runnable work) {
    this.stream = stream;
    NativeStatus.checkCuda("record", CudaLibrary.foveaBeginGraph(stream));
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      CudaLibrary.foveaEndGraph(stream, null);
      throw e;
    }
    long[] recorded = new long[1];
    NativeStatus.checkCuda("record", CudaLibrary.foveaEndGraph(stream, recorded));
    graph = recorded[0];
  }

  @Override
  public void run() {
    NativeStatus.checkCuda("replay", CudaLibrary.foveaLaunchGraph(stream, graph));
  }

  @Override
  public void close() {
    CudaLibrary.foveaFreeGraph(stream, graph);
  }
}
