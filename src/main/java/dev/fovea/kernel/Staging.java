package dev.fovea.kernel;

import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.HostBuffer;

/**
 * The same bytes where Java reads and writes them and where the operations do: one memory on CPUs;
 * page-locked host memory and a twin on the device on GPUs. Copies are only enqueued: until {@link
 * Kernels#synchronize()}, or until a {@link Mark} behind it is reached, what is on its way must not
 * be changed.
 */
public interface Staging extends AutoCloseable {

  /** Where Java reads and writes. */
  HostBuffer host();

  /** Where the operations do. */
  Buffer device();

  /** Brings the first bytes from Java to the operations. */
  void upload(long bytes);

  /** Brings the first bytes from the operations to Java. */
  void download(long bytes);

  /**
   * The same memory of the operations behind host memory of its own: what was uploaded last counts,
   * and the next content is written while this one's is on its way. Closed by itself, before or
   * after this one. One memory for both where operations compute in the host's, as they are done
   * when they return.
   */
  Staging another();

  @Override
  void close();

  /** Of backends that compute where Java writes. */
  static Staging shared(long bytes) {
    return new Shared(HostBuffer.allocate(bytes));
  }

  /** One memory for both. */
  record Shared(HostBuffer host) implements Staging {
    @Override
    public Buffer device() {
      return host;
    }

    @Override
    public void upload(long bytes) {}

    @Override
    public void download(long bytes) {}

    @Override
    public Staging another() {
      return this;
    }

    @Override
    public void close() {
      host.close();
    }
  }
}
