package dev.fovea.server.bench.serve;

/** Sees what every client sees, on the generator's thread. */
public interface StreamSink {
  /** Looks at nothing. */
  StreamSink NONE =
      new StreamSink() {
        @Override
        public void content(long request, String text) {}

        @Override
        public void ended(long request, CallOutcome outcome) {}
      };

  /**
   * New text of one event, in order.
   *
   * @param request numbered from 0 in the order in which they start, warm-up included
   */
  void content(long request, String text);

  /** The request's last. */
  void ended(long request, CallOutcome outcome);
}
