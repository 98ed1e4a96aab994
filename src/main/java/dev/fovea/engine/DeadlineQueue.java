package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Deadline;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** Who must have got how far by when. Engine thread. */
final class DeadlineQueue {
  private final TreeSet<Due> dues =
      new TreeSet<>(
          Comparator.comparingLong(Due::nanos)
              .thenComparing(Due::deadline)
              .thenComparingLong(due -> due.sequence().arrival()));

  /**
   * A deadline of a sequence.
   *
   * @param nanos on the engine's clock
   */
  record Due(long nanos, Deadline deadline, Sequence sequence) {}

  void add(Sequence sequence) {
    dues.addAll(duesOf(sequence));
  }

  void remove(Sequence sequence) {
    for (Due due : duesOf(sequence)) {
      dues.remove(due);
    }
  }

  /** The next of those that have passed, taken out; null if there is none. */
  Due pollPassed(long now) {
    return dues.isEmpty() || dues.first().nanos() > now ? null : dues.pollFirst();
  }

  boolean isEmpty() {
    return dues.isEmpty();
  }

  private static List<Due> duesOf(Sequence sequence) {
    GenerationRequest.Deadlines deadlines = sequence.terms().deadlines();
    long start = sequence.timeline().submitNanos();
    List<Due> dues = new ArrayList<>(2);
    if (deadlines.queueNanos() > 0) {
      dues.add(new Due(later(start, deadlines.queueNanos()), Deadline.QUEUE, sequence));
    }
    if (deadlines.totalNanos() > 0) {
      dues.add(new Due(later(start, deadlines.totalNanos()), Deadline.TOTAL, sequence));
    }
    return dues;
  }

  /** A time beyond all reckoning is never reached. */
  private static long later(long start, long nanos) {
    return start > Long.MAX_VALUE - nanos ? Long.MAX_VALUE : start + nanos;
  }
}
