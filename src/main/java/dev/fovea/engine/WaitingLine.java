package dev.fovea.engine;

import java.util.Comparator;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The sequences that wait to run, in the order of their turns: those of different parties as they
 * came, those of one party as if each came when those before it have been let in. So whoever comes
 * stands before all of a party's prompts but those that are due, and each of those is due once as
 * many tokens have been let in, whoever's. Deterministic; engine thread only.
 */
final class WaitingLine {
  static final Comparator<Sequence> ORDER =
      Comparator.comparingLong(Sequence::turn).thenComparingLong(Sequence::arrival);

  private final TreeSet<Sequence> line = new TreeSet<>(ORDER);
  private long numArrived;

  /** Prompt tokens of all that have been let in. */
  private long now;

  /** Takes a place for good. */
  void arrive(Sequence sequence) {
    long turn = sequence.party().takeTurn(now, sequence.numPrompt());
    sequence.arrive(turn, numArrived++);
    add(sequence);
  }

  /** Waits again in its place. */
  void comeBack(Sequence sequence) {
    add(sequence);
  }

  private void add(Sequence sequence) {
    line.add(sequence);
    sequence.party().countWaiting(1);
  }

  /** Gets to run. */
  void letIn(Sequence sequence) {
    remove(sequence);
    if (sequence.isNew()) {
      now += sequence.numPrompt();
    }
  }

  void remove(Sequence sequence) {
    if (line.remove(sequence)) {
      sequence.party().countWaiting(-1);
    }
  }

  /** Whether sequences of other parties wait. */
  boolean hasOthersThan(Party party) {
    return line.size() > party.numWaiting();
  }

  /** The first that may run now, or null. */
  Sequence first(Predicate<Sequence> mayRun) {
    for (Sequence sequence : line) {
      if (mayRun.test(sequence)) {
        return sequence;
      }
    }
    return null;
  }

  boolean isEmpty() {
    return line.isEmpty();
  }

  int size() {
    return line.size();
  }

  /** Checks that none of them has pages. */
  void checkIntegrity() {
    for (Sequence sequence : line) {
      if (sequence.pages().numPages() != 0) {
        throw new IllegalStateException("pages: expected none of a waiting sequence");
      }
    }
  }
}
