package dev.fovea.binding.cuda;

import dev.fovea.binding.ActivationParams;
import dev.fovea.binding.AttentionParams;
import dev.fovea.binding.EmbedParams;
import dev.fovea.binding.GatherRowsParams;
import dev.fovea.binding.LinearParams;
import dev.fovea.binding.NormParams;
import dev.fovea.binding.PutIdsParams;
import dev.fovea.binding.RopeAppendParams;
import dev.fovea.binding.SampleParams;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.ByPtrPtr;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Const;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.Opaque;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * The functions of {@code fovea.h} in the CUDA library, name for name. Every {@code int} answer is
 * a {@code FoveaStatus}. Loading may fail with an {@link UnsatisfiedLinkError}: ask {@link
 * dev.fovea.binding.NativeLibrary} first.
 */
@Platform(include = "fovea.h")
public final class CudaLibrary {
  static {
    Loader.load();
  }

  private CudaLibrary() {}

  /** {@code FoveaStream}: a CUDA stream and its device. */
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

  public static native int foveaDeviceCount(int[] count);

  public static native int foveaDescribeDevice(int device, DeviceInfo info);

  public static native int foveaOpenDevice(int device, @ByPtrPtr StreamHandle out);

  public static native void foveaCloseStream(StreamHandle stream);

  public static native int foveaSynchronize(StreamHandle stream);

  /** The {@code cudaStream_t}. */
  public static native @Cast("uint64_t") long foveaStreamHandle(@Const StreamHandle stream);

  public static native @Cast("const char*") String foveaAttentionKernel(
      @Const StreamHandle stream, int kvType);

  public static native int foveaStartTimer(StreamHandle stream);

  public static native int foveaStopTimer(StreamHandle stream, double[] seconds);

  public static native int foveaReadBandwidth(
      StreamHandle stream, long bytes, double seconds, double[] bytesPerSecond);

  public static native int foveaDeviceAllocate(
      StreamHandle stream, long bytes, @Cast("uint64_t*") long[] address);

  public static native int foveaDeviceFree(StreamHandle stream, @Cast("uint64_t") long address);

  public static native int foveaPinnedAllocate(
      StreamHandle stream, long bytes, @Cast("uint64_t*") long[] address);

  public static native int foveaPinnedFree(StreamHandle stream, @Cast("uint64_t") long address);

  public static native int foveaDeviceMemory(
      StreamHandle stream, @Cast("int64_t*") long[] freeBytes, @Cast("int64_t*") long[] totalBytes);

  public static native int foveaNewEvent(StreamHandle stream, @Cast("uint64_t*") long[] event);

  public static native int foveaFreeEvent(StreamHandle stream, @Cast("uint64_t") long event);

  public static native int foveaRecordEvent(StreamHandle stream, @Cast("uint64_t") long event);

  public static native int foveaAwaitEvent(StreamHandle stream, @Cast("uint64_t") long event);

  public static native int foveaBeginGraph(StreamHandle stream);

  public static native int foveaEndGraph(StreamHandle stream, @Cast("uint64_t*") long[] graph);

  public static native int foveaLaunchGraph(StreamHandle stream, @Cast("uint64_t") long graph);

  public static native int foveaFreeGraph(StreamHandle stream, @Cast("uint64_t") long graph);

  public static native int foveaCopy(
      StreamHandle stream, @Cast("uint64_t") long to, @Cast("uint64_t") long from, long bytes);

  public static native int foveaFill(
      StreamHandle stream, @Cast("uint64_t") long address, int byteValue, long bytes);

  public static native int foveaUpload(
      StreamHandle stream,
      @Cast("uint64_t") long to,
      @Cast("uint64_t") long from,
      long bytes,
      int threads);

  public static native int attentionWorkspace(
      @Const StreamHandle stream, @Const AttentionParams bounds, @Cast("int64_t*") long[] bytes);

  public static native int embed(StreamHandle stream, @Const EmbedParams p);

  public static native int rmsNorm(StreamHandle stream, @Const NormParams p);

  public static native int layerNorm(StreamHandle stream, @Const NormParams p);

  public static native int linear(StreamHandle stream, @Const LinearParams p);

  public static native int addBias(StreamHandle stream, @Const LinearParams p);

  public static native int ropeAppend(StreamHandle stream, @Const RopeAppendParams p);

  public static native int attention(StreamHandle stream, @Const AttentionParams p);

  public static native int activation(StreamHandle stream, @Const ActivationParams p);

  public static native int gatherRows(StreamHandle stream, @Const GatherRowsParams p);

  public static native int putIds(StreamHandle stream, @Const PutIdsParams p);

  public static native int sample(StreamHandle stream, @Const SampleParams p);

  public static native int foveaFailDevice(StreamHandle stream);
}
