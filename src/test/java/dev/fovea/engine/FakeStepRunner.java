package dev.fovea.engine;

import dev.fovea.model.Batch;
import dev.fovea.model.MemoryPlan;
import dev.fovea.model.StepRunner;
import dev.fovea.model.Tokens;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * A device without a device: keeps each token's state in real pages, computes {@link FakeModel}
 * over them, takes two steps in flight, and refuses every batch that a real device could not
 * compute rightly. A {@link Script} gives it latency and faults.
 */
public final class FakeStepRunner implements StepRunner {
  private static final int MAX_IN_FLIGHT = 2;

  private final Limits limits;
  private final Script script;
  private final FakeModel model;
  private final long[] states;
  private final int[] positions;

  /** The device's page table: what each row holds since the steps before. */
  private final int[][] rows;

  private final Deque<Pending> inFlight = new ArrayDeque<>();
  private Thread owner;
  private long numSubmitted;
  private long readyNanos = System.nanoTime();
  private volatile boolean isClosed;

  /** What happens around the steps, which count from 0. On the engine thread. */
  public interface Script {
    /** Before the batch is computed; what it throws, {@link #submit} throws. */
    default void onSubmit(long step, Batch batch) {}

    /** Before the tokens are given out; may take time or throw. */
    default void onAwait(long step) {}

    /** Whether the row of logits of this entry, which draws, holds a NaN. */
    default boolean isNan(long step, Batch.Entry entry) {
      return false;
    }

    /** What the device takes for a step, once it is done with the one before. */
    default long latencyNanos(long step, Batch batch) {
      return 0;
    }

    /** Each step takes so long. */
    static Script latency(Duration each) {
      return new Script() {
        @Override
        public long latencyNanos(long step, Batch batch) {
          return each.toNanos();
        }
      };
    }
  }

  private record Pending(Ticket ticket, Tokens tokens, long readyNanos, boolean isProbe) {}

  public FakeStepRunner(Limits limits, Script script) {
    this.limits = limits;
    this.script = script;
    this.model = new FakeModel(limits.vocabulary());
    states = new long[limits.numPages() * Batch.PAGE_SLOTS];
    positions = new int[limits.numPages() * Batch.PAGE_SLOTS];
    rows = new int[limits.maxSequences()][MemoryPlan.pagesFor(limits.maxContext())];
  }

  public FakeStepRunner(Limits limits) {
    this(limits, new Script() {});
  }

  public FakeModel model() {
    return model;
  }

  public boolean isClosed() {
    return isClosed;
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public Ticket submit(Batch batch) {
    requireOwner();
    require(inFlight.size() < MAX_IN_FLIGHT, "steps in flight: expected at most 2, got a third");
    long step = numSubmitted++;
    script.onSubmit(step, batch);
    check(batch);
    Ticket ticket = new Ticket(step);
    readyNanos = Math.max(readyNanos, System.nanoTime()) + script.latencyNanos(step, batch);
    boolean isProbe = batch.entries().stream().allMatch(FakeStepRunner::isProbe);
    inFlight.addLast(new Pending(ticket, compute(step, batch), readyNanos, isProbe));
    return ticket;
  }

  @Override
  public Tokens await(Ticket ticket) {
    requireOwner();
    Pending first = inFlight.pollFirst();
    require(
        first != null && first.ticket.equals(ticket), "ticket: expected the oldest, got " + ticket);
    script.onAwait(ticket.step());
    for (long left = first.readyNanos - System.nanoTime();
        left > 0;
        left = first.readyNanos - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    if (first.isProbe) {
      // Whoever starts an engine probes; then the runner becomes the engine thread's.
      owner = null;
    }
    return first.tokens;
  }

  @Override
  public int maxInFlight() {
    return MAX_IN_FLIGHT;
  }

  @Override
  public void close() {
    require(inFlight.isEmpty(), "close: expected no step in flight, got " + inFlight.size());
    isClosed = true;
  }

  private void check(Batch batch) {
    int numTokens = batch.numTokens();
    int numSequences = batch.entries().size();
    require(numSequences > 0 && numSequences <= limits.maxSequences(), "sequences", numSequences);
    require(numTokens <= limits.maxTokens(), "tokens", numTokens);
    Set<Integer> written = new HashSet<>();
    Set<Integer> placed = new HashSet<>();
    for (Batch.Entry entry : batch.entries()) {
      if (isProbe(entry)) {
        continue;
      }
      require(entry.tokens().count() > 0, "tokens of a sequence", entry.tokens().count());
      require(length(entry) <= limits.maxContext(), "context", length(entry));
      require(placed.add(entry.place().row()), "row of two sequences", entry.place().row());
      for (int i = firstWritten(entry); i < MemoryPlan.pagesFor(length(entry)); i++) {
        int page = entry.place().pages()[i];
        require(written.add(page), "page written by two sequences", page);
      }
    }
    for (Batch.Entry entry : batch.entries()) {
      if (isProbe(entry)) {
        continue;
      }
      for (int i = 0; i < firstWritten(entry); i++) {
        int page = entry.place().pages()[i];
        require(!written.contains(page), "page read while it is written", page);
      }
      place(entry);
    }
  }

  /** Brings the row of the device's page table up to date by what is said to be new in it. */
  private void place(Batch.Entry entry) {
    Batch.Place place = entry.place();
    int[] row = rows[place.row()];
    for (int i = 0; i < MemoryPlan.pagesFor(length(entry)); i++) {
      if (i >= place.numKnown()) {
        row[i] = place.pages()[i];
      }
      require(row[i] == place.pages()[i], "page that the device knows", row[i]);
    }
  }

  /** A piece that belongs to no sequence, to see what it takes; its context need not be real. */
  private static boolean isProbe(Batch.Entry entry) {
    return entry.place().row() == Batch.Place.NO_ROW && entry.draw() == null;
  }

  private static int length(Batch.Entry entry) {
    return entry.contextBefore() + entry.tokens().count();
  }

  private static int firstWritten(Batch.Entry entry) {
    return entry.contextBefore() / Batch.PAGE_SLOTS;
  }

  private Tokens compute(long step, Batch batch) {
    int numDrawing = (int) batch.entries().stream().filter(each -> each.draw() != null).count();
    Tokens tokens = new Tokens(new int[numDrawing], new boolean[numDrawing]);
    int row = 0;
    for (Batch.Entry entry : batch.entries()) {
      long state = isProbe(entry) ? FakeModel.EMPTY : append(entry);
      if (entry.draw() != null) {
        tokens.ids()[row] = model.next(state, entry.draw());
        tokens.valid()[row] = !script.isNan(step, entry);
        row++;
      }
    }
    return tokens;
  }

  /** Writes an entry's tokens behind its context, which is read from its pages. */
  private long append(Batch.Entry entry) {
    Batch.TokenSlice tokens = entry.tokens();
    long state = FakeModel.EMPTY;
    if (entry.contextBefore() > 0) {
      int last = slot(entry, entry.contextBefore() - 1);
      require(
          positions[last] == entry.contextBefore() - 1,
          "position of the last cached token",
          positions[last]);
      state = states[last];
    }
    for (int i = 0; i < tokens.count(); i++) {
      int id = idOf(tokens, i);
      require(id >= 0 && id < limits.vocabulary(), "token", id);
      state = FakeModel.extend(state, id);
      int slot = slot(entry, entry.contextBefore() + i);
      states[slot] = state;
      positions[slot] = entry.contextBefore() + i;
    }
    return state;
  }

  private int idOf(Batch.TokenSlice tokens, int i) {
    if (!tokens.isDrawn()) {
      return tokens.ids()[tokens.from() + i];
    }
    require(!inFlight.isEmpty(), "token by reference: expected a step in flight, got none");
    return inFlight.getLast().tokens.ids()[tokens.drawn()];
  }

  private static int slot(Batch.Entry entry, int position) {
    int page = entry.place().pages()[position / Batch.PAGE_SLOTS];
    return page * Batch.PAGE_SLOTS + position % Batch.PAGE_SLOTS;
  }

  private void requireOwner() {
    require(!isClosed, "runner: expected open, got closed");
    owner = owner == null ? Thread.currentThread() : owner;
    require(owner == Thread.currentThread(), "thread: expected " + owner);
  }

  private static void require(boolean holds, String what, int got) {
    require(holds, "batch: cannot compute this: " + what + " " + got);
  }

  private static void require(boolean holds, String message) {
    if (!holds) {
      throw new IllegalStateException(message);
    }
  }
}
