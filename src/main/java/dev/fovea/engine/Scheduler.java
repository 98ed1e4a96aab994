package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.model.MemoryPlan;
import dev.fovea.model.Tokens;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Decides what each step computes: the parties that ask in the order of their coming, over paged
 * memory. Deterministic; knows no clock, no thread and no device. Steps may be planned while others
 * are in flight, and are committed in the order of their planning.
 *
 * <p>A step holds one token of every decoding sequence, then pieces of prompts: first one of each
 * party, the oldest first, of which one that takes many steps leaves half of the time to those
 * behind it, then with what is left those parties' other prompts. A sequence is admitted when free
 * pages hold all its tokens and one more page for each running sequence, so that only decodes ever
 * find the pool dry; then the newest running sequence is preempted: it waits in its place in line
 * and is computed again, from what the prefix cache still has of it.
 *
 * <p>However many and long a party's prompts are, they keep no other from its first token for long:
 * in line others stand before all of them but the first few (see {@link WaitingLine}); a party that
 * holds more than its {@link Share} while another waits for a row or for pages is preempted by a
 * sequence a step, though never its last; and its prompts leave half of the time, or every other
 * step. So beside one such party a newcomer is let in with the next step that is planned, or for
 * want of pages one step later for each sequence that must give its own up, and has its first token
 * after at most twice the steps that its prompt takes beside decodes, and eight.
 *
 * <p>A page may be given away while a step in flight still writes to it: steps run one after the
 * other, so whoever gets it writes later.
 */
final class Scheduler {
  private final EngineConfig config;
  private final PagePool pool;
  private final PrefillCost cost;
  private final Share share;

  /** In the order of the line. */
  private final List<Sequence> running = new ArrayList<>();

  private final WaitingLine waiting = new WaitingLine();
  private final int[] freeRows;
  private int numFreeRows;
  private long numPreemptions;
  private boolean isTurnOfLeast;

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
    share = Share.of(config, pool);
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
    waiting.arrive(sequence);
  }

  /** The next step, or null if there is nothing to do before a step in flight is committed. */
  Step schedule() {
    makeWay();
    int most = Math.min(running.size() + waiting.size(), config.maxSequences());
    StepPlan plan = new StepPlan(config.stepTokens(), config.chunkTokens(), most, cost);
    planDecodes(plan);
    planPrefills(plan);
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
    pool.checkOwners(running.stream().map(Sequence::pages).toList());
    waiting.checkIntegrity();
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
    int before = sequence.pages().numPages();
    while (!pool.extend(sequence.pages(), sequence.length())) {
      Sequence newest = running.get(running.size() - 1);
      preempt(newest);
      if (newest == sequence) {
        return false;
      }
    }
    sequence.party().countPages(sequence.pages().numPages() - before);
    return true;
  }

  private void preempt(Sequence sequence) {
    running.remove(sequence);
    leave(sequence);
    sequence.preempt();
    waiting.comeBack(sequence);
    numPreemptions++;
  }

  /**
   * Preempts a sequence of a party that holds more than its share, if the next in line needs it.
   */
  private void makeWay() {
    Sequence next = nextInLine();
    if (next == null || next.isDrawing()) {
      return;
    }
    boolean isForRow = numFreeRows == 0;
    if (!isForRow && !isBlocked(next)) {
      return;
    }
    for (int i = running.size() - 1; i >= 0; i--) {
      Party party = running.get(i).party();
      boolean isBeyond = isForRow ? share.isBeyondRows(party) : share.isBeyondPages(party);
      if (isBeyond && party != next.party()) {
        preempt(running.get(i));
        return;
      }
    }
  }

  /** The first that neither waits for a leader nor for others of its party, or null. */
  private Sequence nextInLine() {
    return waiting.isEmpty() ? null : waiting.first(this::mayRun);
  }

  private boolean mayRun(Sequence sequence) {
    boolean isHeld = waiting.hasOthersThan(sequence.party()) && share.isFull(sequence);
    return !isHeld && !sequence.isBehindLeader();
  }

  /**
   * Pieces of the first prompt of each party, those of newcomers, then of all other prompts. Every
   * other step belongs to those parties that have had the least: where others' pieces take all of a
   * step's time, they must not be without for long.
   */
  private void planPrefills(StepPlan plan) {
    Set<Party> served = new HashSet<>();
    List<Sequence> firsts = new ArrayList<>(0);
    List<Sequence> others = new ArrayList<>(0);
    for (Sequence sequence : running) {
      if (sequence.state() == Sequence.State.PREFILL) {
        (served.add(sequence.party()) ? firsts : others).add(sequence);
      }
    }
    isTurnOfLeast = !isTurnOfLeast;
    if (isTurnOfLeast) {
      firsts.sort(Comparator.comparingLong(Scheduler::level));
    }
    boolean areNewcomersFirst = isTurnOfLeast && !firsts.isEmpty() && level(firsts.get(0)) > 0;
    if (areNewcomersFirst) {
      admit(plan, served, others);
    }
    planFirsts(plan, firsts, served);
    if (!areNewcomersFirst) {
      admit(plan, served, others);
    }
    for (Sequence sequence : others) {
      plan.addPrefill(sequence, false);
    }
  }

  private void planFirsts(StepPlan plan, List<Sequence> firsts, Set<Party> served) {
    Sequence next = numFreeRows > 0 ? nextInLine() : null;
    boolean isLineMoving = next != null && !isBlocked(next) && !served.contains(next.party());
    for (int i = 0; i < firsts.size(); i++) {
      Sequence behind = i + 1 < firsts.size() ? firsts.get(i + 1) : null;
      boolean isOneBehind =
          behind != null && (!isTurnOfLeast || level(behind) == level(firsts.get(i)));
      plan.addPrefill(firsts.get(i), isOneBehind || isLineMoving);
    }
  }

  private static long level(Sequence sequence) {
    return sequence.party().level();
  }

  /** Lets in whom there is room and time for; the first of a party gets a piece at once. */
  private void admit(StepPlan plan, Set<Party> served, List<Sequence> others) {
    while (numFreeRows > 0 && plan.takesPrefills()) {
      Sequence sequence = nextInLine();
      // A preempted sequence has to know its last token before it can be computed again.
      if (sequence == null || sequence.isDrawing() || !takePages(sequence)) {
        return;
      }
      plan.addAdmitted(sequence);
      if (served.add(sequence.party())) {
        plan.addPrefill(sequence, numFreeRows > 0 && nextInLine() != null);
      } else {
        others.add(sequence);
      }
    }
  }

  private boolean isBlocked(Sequence sequence) {
    return blocked.sequence() == sequence && pool.numFree() - running.size() <= blocked.room();
  }

  /** Lets a sequence in with pages for all its tokens, those of the cache first; false: too few. */
  private boolean takePages(Sequence sequence) {
    if (isBlocked(sequence)) {
      return false;
    }
    PageTable pages = sequence.pages();
    int numTokens = sequence.numTokens();
    int room = pool.numFree() - running.size();
    int attached = pool.attach(pages, sequence.ids(), numTokens, sequence.terms().cacheSalt());
    int missing = MemoryPlan.pagesFor(numTokens) - pages.numPages();
    if (missing + running.size() > pool.numFree()) {
      pool.release(pages);
      blocked = new Blocked(sequence, room);
      return false;
    }
    blocked = Blocked.NONE;
    pool.extend(pages, numTokens);
    waiting.letIn(sequence);
    sequence.admit(freeRows[--numFreeRows], attached);
    enter(sequence);
    return true;
  }

  private void enter(Sequence sequence) {
    sequence.party().countRunning(1);
    sequence.party().countPages(sequence.numOwnPages());
    int place = running.size();
    while (place > 0 && WaitingLine.ORDER.compare(running.get(place - 1), sequence) > 0) {
      place--;
    }
    running.add(place, sequence);
  }

  /** Takes its pages and its row from a sequence that runs no longer. */
  private void leave(Sequence sequence) {
    sequence.party().countRunning(-1);
    sequence.party().countPages(-sequence.numOwnPages());
    pool.release(sequence.pages());
    freeRows[numFreeRows++] = sequence.row();
  }
}
