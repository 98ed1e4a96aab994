package dev.fovea.binding;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.ByPtrPtr;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Opaque;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * The functions of {@code fovea.h} in the CPU library, name for name. Every {@code int} answer is a
 * {@code FoveaStatus}. Loading may fail with an {@link UnsatisfiedLinkError}: ask {@link
 * NativeLibrary} first.
 */
@Platform(include = "fovea.h")
public final class CpuLibrary {
  static {
    Loader.load();
  }

  private CpuLibrary() {}

  /** {@code FoveaStream}: a thread pool and its scratch memory. */
  @Opaque
  @Name("FoveaStream")
  public static final class StreamHandle extends Pointer {
    public StreamHandle() {
      super((Pointer) null);
    }

    public StreamHandle(Pointer pointer) {
      super(pointer);
    }
  }

  public static native @Cast("const char*") String foveaLastError();

  public static native int foveaOpenStream(int threads, int isa, @ByPtrPtr StreamHandle out);

  public static native void foveaCloseStream(StreamHandle stream);

  public static native int foveaSynchronize(StreamHandle stream);

  public static native int foveaStreamThreads(@Const StreamHandle stream);

  public static native @Cast("const char*") String foveaStreamIsa(@Const StreamHandle stream);

  public static native @Cast("const char*") String foveaAttentionKernel(
      @Const StreamHandle stream, int kvType);

  public static native int foveaAllocate(long bytes, @Cast("uint64_t*") long[] address);

  public static native void foveaFree(@Cast("uint64_t") long address);

  public static native int foveaMapFile(
      String path, @Cast("uint64_t*") long[] address, @Cast("int64_t*") long[] bytes);

  public static native int foveaUnmapFile(@Cast("uint64_t") long address, long bytes);

  public static native int foveaRestart(String name, String value);

  public static native int foveaEndOnOutOfMemory(int exitCode);

  public static native int embed(StreamHandle stream, @Const EmbedParams p);

  public static native int rmsNorm(StreamHandle stream, @Const NormParams p);

  public static native int layerNorm(StreamHandle stream, @Const NormParams p);

  public static native int linear(StreamHandle stream, @Const LinearParams p);

  public static native int ropeAppend(StreamHandle stream, @Const RopeAppendParams p);

  public static native int attention(StreamHandle stream, @Const AttentionParams p);

  public static native int activation(StreamHandle stream, @Const ActivationParams p);

  public static native int gatherRows(StreamHandle stream, @Const GatherRowsParams p);

  public static native int putIds(StreamHandle stream, @Const PutIdsParams p);

  public static native int sample(StreamHandle stream, @Const SampleParams p);

  public static native int foveaReadBandwidth(
      StreamHandle stream, long bytes, double seconds, double[] bytesPerSecond);

  public static native int foveaDotPeak(
      StreamHandle stream, double seconds, double[] flopsPerSecond);
}
