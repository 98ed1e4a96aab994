package dev.fovea.server;

import dev.fovea.model.Batch;
import dev.fovea.model.StepRunner;
import dev.fovea.model.Tokens;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;

/**
 * A model that says its prompt again and again, from the tokens in its pages, so that a test knows
 * what any prompt will be answered; the second choice begins with the second token, and so on. Some
 * ids of a prompt have a meaning of their own.
 */
public final class ParrotRunner implements StepRunner {
  /** Ends the answer, as an end token does. */
  public static final int END = 257;

  /** Its logits hold a NaN: the request that would say it fails. */
  public static final int POISON = 258;

  /** A step that computes it takes {@link #SLOW_MILLIS}. */
  public static final int SLOW = 259;

  /** The device breaks for good. */
  public static final int FATAL = 260;

  /** The device never finishes the step that would say it. */
  public static final int HANG = 261;

  public static final int SLOW_MILLIS = 20;

  private final Limits limits;
  private final long stepNanos;
  private final int[] slots;
  private final Deque<Pending> inFlight = new ArrayDeque<>();
  private long numSteps;
  private long readyNanos = System.nanoTime();

  /**
   * @param stepMillis each step takes, one after the other
   */
  public ParrotRunner(Limits limits, int stepMillis) {
    this.limits = limits;
    this.stepNanos = stepMillis * 1_000_000L;
    slots = new int[limits.numPages() * Batch.PAGE_SLOTS];
  }

  private record Pending(Ticket ticket, Tokens tokens, long readyNanos, boolean hangs) {}

  @Override
  public Ticket submit(Batch batch) {
    int numDraws = (int) batch.entries().stream().filter(entry -> entry.draw() != null).count();
    Tokens tokens = new Tokens(new int[numDraws], new boolean[numDraws]);
    boolean isSlow = false;
    boolean hangs = false;
    int row = 0;
    for (Batch.Entry entry : batch.entries()) {
      int length = append(entry);
      if (entry.draw() == null) {
        continue;
      }
      int promptLength = length - (int) entry.draw().position();
      int said = (int) ((entry.draw().position() + entry.draw().choice()) % promptLength);
      int id = slots[slot(entry, said)];
      if (id == FATAL) {
        throw new IllegalStateException("the device broke");
      }
      isSlow |= id == SLOW;
      hangs |= id == HANG;
      tokens.ids()[row] = id;
      tokens.valid()[row] = id != POISON;
      row++;
    }
    Ticket ticket = new Ticket(numSteps++);
    long nanos = stepNanos + (isSlow ? SLOW_MILLIS * 1_000_000L : 0);
    readyNanos = Math.max(readyNanos, System.nanoTime()) + nanos;
    inFlight.addLast(new Pending(ticket, tokens, readyNanos, hangs));
    return ticket;
  }

  @Override
  public Tokens await(Ticket ticket) {
    Pending pending = inFlight.removeFirst();
    while (pending.hangs()) {
      LockSupport.park();
    }
    for (long left = pending.readyNanos() - System.nanoTime();
        left > 0;
        left = pending.readyNanos() - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    return pending.tokens();
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public int maxInFlight() {
    return 2;
  }

  @Override
  public void close() {}

  /** The sequence's length with the new tokens. */
  private int append(Batch.Entry entry) {
    Batch.TokenSlice tokens = entry.tokens();
    for (int i = 0; i < tokens.count(); i++) {
      int id =
          tokens.isDrawn()
              ? inFlight.getLast().tokens().ids()[tokens.drawn()]
              : tokens.ids()[tokens.from() + i];
      slots[slot(entry, entry.contextBefore() + i)] = id;
    }
    return entry.contextBefore() + tokens.count();
  }

  private static int slot(Batch.Entry entry, int position) {
    return entry.place().pages()[position / Batch.PAGE_SLOTS] * Batch.PAGE_SLOTS
        + position % Batch.PAGE_SLOTS;
  }
}
