package dev.fovea.tensor;

/**
 * Owned memory that {@link TensorView}s borrow. Closing a buffer while a view of it is in use by a
 * kernel is a bug of the caller: only the thread that owns the kernels closes buffers.
 */
public sealed interface Buffer extends AutoCloseable permits HostBuffer, NativeBuffer {

  long byteSize();

  /**
   * Address of the first byte, aligned to 64 bytes unless it is a view into a mapped file.
   *
   * @throws IllegalStateException if the buffer has been closed
   */
  long address();

  @Override
  void close();
}
