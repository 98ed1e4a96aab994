package dev.fovea.server.bench.serve;

import java.util.Arrays;

/** Counts what happens in each second of a run, warm-up included. */
final class SecondCounts {
  private static final long SECOND = 1_000_000_000;

  private long[] events = {};
  private long[] started = {};
  private long[] ended = {};
  private int numSeconds;

  void event(long nanos) {
    int second = second(nanos);
    events[second]++;
  }

  void started(long nanos) {
    int second = second(nanos);
    started[second]++;
  }

  void ended(long nanos) {
    int second = second(nanos);
    ended[second]++;
  }

  LoadReport.Seconds seconds() {
    return new LoadReport.Seconds(
        Arrays.copyOf(events, numSeconds),
        Arrays.copyOf(started, numSeconds),
        Arrays.copyOf(ended, numSeconds));
  }

  /** The index of its second, which all arrays then have. */
  private int second(long nanos) {
    int second = (int) (nanos / SECOND);
    if (second >= numSeconds) {
      numSeconds = second + 1;
      if (numSeconds > events.length) {
        int length = Math.max(numSeconds, 2 * events.length);
        events = Arrays.copyOf(events, length);
        started = Arrays.copyOf(started, length);
        ended = Arrays.copyOf(ended, length);
      }
    }
    return second;
  }
}
