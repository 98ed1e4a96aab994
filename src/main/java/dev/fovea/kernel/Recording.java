package dev.fovea.kernel;

/** Operations that are enqueued together, by one call, as often as one likes. */
public interface Recording extends AutoCloseable {

  /** Enqueues them: on the same tensors, whatever these hold by then. */
  void run();

  @Override
  void close();

  /** Of kernels that enqueue operations one by one. */
  record Called(Runnable work) implements Recording {
    @Override
    public void run() {
      work.run();
    }

    @Override
    public void close() {}
  }
}
