package dev.fovea.server.bench.serve;

/** Sees what every client sees, on the generator's thread. */
public interface StreamSink {
  /** Looks at nothing. */
  StreamSink NONE =
      new StreamSink() {
        @Override
        public void content(long request, byte[] bytes, int from, int to) {}

        @Override
        public void ended(long request, CallOutcome outcome) {}
      };

  /**
   * New text of one event, in order.
   *
   * @param request numbered from 0 in the order in which they start, warm-up included
   * @param bytes borrowed, UTF-8 with JSON's escapes as they came
   */
  void content(long request, byte[] bytes, int from, int to);

  /** The request's last. */
  void ended(long request, CallOutcome outcome);
}
