package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.model.MemoryPlan;
import dev.fovea.model.Tokens;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/**
 * Decides what each step computes: first come, first served, over paged memory. Deterministic;
 * knows no clock, no thread and no device. Steps may be planned while others are in flight, and are
 * committed in the order of their planning.
 *
 * <p>A step holds one token of every decoding sequence, then pieces of prompts, the oldest first,
 * of which one that takes many steps leaves time to those behind it. A sequence is admitted when
 * free pages hold all its tokens and one more page for each running sequence, so that only decodes
 * ever find the pool dry; then the newest running sequence is preempted: it waits in its place of
 * arrival and is computed again, from what the prefix cache still has of it.
 *
 * <p>A page may be given away while a step in flight still writes to it: steps run one after the
 * other, so whoever gets it writes later.
 */
final class Scheduler {
  private final EngineConfig config;
  private final PagePool pool;
  private final PrefillCost cost;

  /** In order of arrival. */
  private final List<Sequence> running = new ArrayList<>();

  private final TreeSet<Sequence> waiting =
      new TreeSet<>(Comparator.comparingLong(Sequence::arrival));
  private final int[] freeRows;
  private int numFreeRows;
  private long numArrived;
  private long numPreemptions;

  /** Draws in flight of sequences that must see them. */
  private int numSeeing;

  private Blocked blocked = Blocked.NONE;

  /**
   * The first in line that found too little room, and how much: it is not tried again before there
   * is more, or another prompt to share.
   */
  private record Blocked(Sequence sequence, int room) {
    static final Blocked NONE = new Blocked(null, 0);
  }

  /**
   * @param pool holds the longest sequence that will be added, or it would wait for ever
   */
  Scheduler(EngineConfig config, PagePool pool, PrefillCost cost) {
    this.config = config;
    this.pool = pool;
    this.cost = cost;
    freeRows = new int[config.maxSequences()];
    for (int row = freeRows.length - 1; row >= 0; row--) {
      freeRows[numFreeRows++] = row;
    }
  }

  /** Without a bound of time. */
  Scheduler(EngineConfig config, PagePool pool) {
    this(config, pool, PrefillCost.UNBOUNDED);
  }

  void add(Sequence sequence) {
    sequence.arrive(numArrived++);
    waiting.add(sequence);
  }

  /** The next step, or null if there is nothing to do before a step in flight is committed. */
  Step schedule() {
    int most = Math.min(running.size() + waiting.size(), config.maxSequences());
    StepPlan plan = new StepPlan(config.stepTokens(), config.chunkTokens(), most, cost);
    planDecodes(plan);
    planPrefills(plan);
    admit(plan);
    if (plan.isEmpty()) {
      return null;
    }
    Step step = plan.toStep();
    for (Sequence sequence : step.drawing()) {
      numSeeing += sequence.mustSeeTokens() ? 1 : 0;
    }
    return step;
  }

  /**
   * Whether the next step must not be planned before those in flight are committed: they draw for a
   * sequence that has to see its token first.
   */
  boolean mustSynchronize() {
    return numSeeing > 0;
  }

  /**
   * Gives each sequence its drawn token, those apart that were finished meanwhile.
   *
   * @return the sequences that took one, some of them finished by it
   */
  List<Sequence> commit(Step step, Tokens tokens) {
    List<Sequence> drawing = step.drawing();
    if (tokens.ids().length != drawing.size()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT, "tokens: expected %d, got %d", drawing.size(), tokens.ids().length));
    }
    List<Sequence> changed = new ArrayList<>(drawing.size());
    for (int i = 0; i < drawing.size(); i++) {
      Sequence sequence = drawing.get(i);
      sequence.endDraw();
      numSeeing -= sequence.mustSeeTokens() ? 1 : 0;
      if (sequence.state() != Sequence.State.FINISHED) {
        commit(sequence, tokens.ids()[i], tokens.valid()[i]);
        changed.add(sequence);
      }
    }
    return changed;
  }

  private void commit(Sequence sequence, int id, boolean isValid) {
    PageTable pages = sequence.pages();
    if (isValid) {
      // What a preempted sequence had is no longer its own.
      if (pages.numPages() > 0) {
        pool.offer(pages, sequence.ids(), sequence.numTokens(), sequence.terms().cacheSalt());
      }
      if (sequence.numTokens() == sequence.numPrompt()) {
        // Who begins with this prompt needs fewer pages from now on.
        blocked = Blocked.NONE;
      }
    } else {
      pool.forget(pages);
    }
    Ending ending = sequence.accept(id, isValid);
    if (ending != null) {
      finish(sequence, ending);
    }
  }

  /** Ends a sequence in whatever state it is; its pages are free at once. */
  void finish(Sequence sequence, Ending ending) {
    if (running.remove(sequence)) {
      leave(sequence);
    } else {
      waiting.remove(sequence);
    }
    sequence.finish(ending);
  }

  int numRunning() {
    return running.size();
  }

  int numWaiting() {
    return waiting.size();
  }

  long numPreemptions() {
    return numPreemptions;
  }

  PagePool pool() {
    return pool;
  }

  /**
   * Checks what must hold when no step is in flight and none can be planned: nothing waits or runs,
   * and every page is free or cached.
   *
   * @throws IllegalStateException if a page is lost, or a sequence
   */
  void checkIdle() {
    if (!running.isEmpty() || !waiting.isEmpty()) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "pages: %d sequences run and %d wait, none can be computed, yet %d of %d pages are free",
              running.size(),
              waiting.size(),
              pool.numFree(),
              pool.numPages()));
    }
    if (pool.numFree() != pool.numPages()) {
      // Says which page it is.
      checkIntegrity();
    }
  }

  /**
   * Checks that the owners of every page are the tables that list it.
   *
   * @throws IllegalStateException if a page is lost, or listed more or less often than it is owned
   */
  void checkIntegrity() {
    pool.checkIntegrity();
    int[] listed = new int[pool.numPages()];
    for (Sequence sequence : running) {
      PageTable table = sequence.pages();
      for (int i = 0; i < table.numPages(); i++) {
        listed[table.ids()[i]]++;
      }
    }
    for (Sequence sequence : waiting) {
      if (sequence.pages().numPages() != 0) {
        throw new IllegalStateException("pages: expected none of a waiting sequence");
      }
    }
    for (int page = 0; page < listed.length; page++) {
      if (listed[page] != pool.numOwners(page)) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "page %d: expected as many owners as tables that list it (%d), got %d",
                page,
                listed[page],
                pool.numOwners(page)));
      }
    }
  }

  private void planDecodes(StepPlan plan) {
    // Victims are taken from the end, so no sequence that has been planned is ever one.
    for (int i = 0; i < running.size(); i++) {
      Sequence sequence = running.get(i);
      if (sequence.state() == Sequence.State.DECODE && !sequence.isSpent() && makeRoom(sequence)) {
        plan.addDecode(sequence);
      }
    }
  }

  /** Finds a decoding sequence the page of its next token; false if it had to yield itself. */
  private boolean makeRoom(Sequence sequence) {
    while (!pool.extend(sequence.pages(), sequence.length())) {
      Sequence newest = running.remove(running.size() - 1);
      leave(newest);
      newest.preempt();
      waiting.add(newest);
      numPreemptions++;
      if (newest == sequence) {
        return false;
      }
    }
    return true;
  }

  private void planPrefills(StepPlan plan) {
    int last = running.size() - 1;
    while (last >= 0 && running.get(last).state() != Sequence.State.PREFILL) {
      last--;
    }
    boolean isLineMoving =
        !waiting.isEmpty() && numFreeRows > 0 && waiting.first() != blocked.sequence();
    for (int i = 0; i <= last; i++) {
      Sequence sequence = running.get(i);
      boolean areOthersBehind = i < last || isLineMoving;
      if (sequence.state() == Sequence.State.PREFILL
          && !plan.addPrefill(sequence, areOthersBehind)) {
        return;
      }
    }
  }

  private void admit(StepPlan plan) {
    Iterator<Sequence> line = waiting.iterator();
    while (line.hasNext() && numFreeRows > 0 && plan.takesPrefills()) {
      Sequence sequence = line.next();
      if (sequence.isBehindLeader()) {
        continue;
      }
      // A preempted sequence has to know its last token before it can be computed again.
      if (sequence.isDrawing() || !takePages(sequence)) {
        return;
      }
      line.remove();
      enter(sequence);
      plan.addAdmitted(sequence);
      plan.addPrefill(sequence, line.hasNext() && numFreeRows > 0);
    }
  }

  /**
   * Gives a waiting sequence pages for all its tokens, those of the cache first; false: too few.
   */
  private boolean takePages(Sequence sequence) {
    int room = pool.numFree() - running.size();
    if (blocked.sequence() == sequence && room <= blocked.room()) {
      return false;
    }
    PageTable pages = sequence.pages();
    int numTokens = sequence.numTokens();
    int attached = pool.attach(pages, sequence.ids(), numTokens, sequence.terms().cacheSalt());
    int missing = MemoryPlan.pagesFor(numTokens) - pages.numPages();
    if (missing + running.size() > pool.numFree()) {
      pool.release(pages);
      blocked = new Blocked(sequence, room);
      return false;
    }
    blocked = Blocked.NONE;
    pool.extend(pages, numTokens);
    sequence.admit(freeRows[--numFreeRows], attached);
    return true;
  }

  private void enter(Sequence sequence) {
    int place = running.size();
    while (place > 0 && running.get(place - 1).arrival() > sequence.arrival()) {
      place--;
    }
    running.add(place, sequence);
  }

  /** Takes its pages and its row from a sequence that runs no longer. */
  private void leave(Sequence sequence) {
    pool.release(sequence.pages());
    freeRows[numFreeRows++] = sequence.row();
  }
}
