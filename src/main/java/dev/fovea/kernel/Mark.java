package dev.fovea.kernel;

/** A place in the order of what kernels were asked to do; may be set again and again. */
public interface Mark extends AutoCloseable {

  /** Puts it behind everything enqueued so far. */
  void set();

  /**
   * Waits until all before the mark is done, not for what was enqueued later; returns at once where
   * it was never set.
   *
   * @throws KernelException if the device failed
   */
  void await();

  @Override
  void close();

  /** Of kernels whose operations are done when they return. */
  static Mark atTheEnd(Kernels kernels) {
    return new AtTheEnd(kernels);
  }

  /** Waits for everything. */
  record AtTheEnd(Kernels kernels) implements Mark {
    @Override
    public void set() {}

    @Override
    public void await() {
      kernels.synchronize();
    }

    @Override
    public void close() {}
  }
}
