package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.model.Batch;
import dev.fovea.model.Draw;
import dev.fovea.model.MemoryPlan;
import java.util.Arrays;
import java.util.Locale;

/**
 * A prompt and one output of it, with the pages that hold their keys and values. Built by the
 * submitting thread, then the engine thread's alone, but for its {@link Outlet}.
 *
 * <p>Its length counts tokens that are known and, behind them, those that steps in flight are
 * drawing: the next step can be planned on tokens that only the device knows.
 */
final class Sequence {
  private static final int[] NO_IDS = {};
  private static final int UNKNOWN = -1;

  /** What the scheduler may do with a sequence. */
  enum State {
    /** Owns no pages; what it has of tokens is to be computed from the first. */
    WAITING,
    /** Owns pages for all its tokens, not all of them computed. */
    PREFILL,
    /** A step has been planned that draws: from then on one token a step. */
    DECODE,
    /** Owns no pages, changes no more. */
    FINISHED
  }

  private final GenerationRequest request;
  private final int choice;
  private final int numPrompt;
  private final int maxLength;
  private final SeenTokens seen;
  private final Outlet outlet;
  private final Timeline timeline;
  private final PageTable pages = new PageTable();

  private State state = State.WAITING;
  private Party party = new Party();
  private long turn;
  private long arrival;
  private Sequence leader;
  private int[] ids;
  private int numTokens;
  private int numDrawing;
  private int drawIndex;
  private int numComputed;
  private int row;
  private int numKnownPages;
  private int cachedTokens = UNKNOWN;
  private int numAttachedPages;
  private Ending ending;

  /**
   * @param choice which of the request's outputs
   * @param maxLength tokens it may reach, prompt and output together; more than the prompt has
   */
  Sequence(GenerationRequest request, int choice, int maxLength, Outlet outlet, Timeline timeline) {
    int[] prompt = request.prompt();
    this.request = request;
    this.choice = choice;
    this.numPrompt = prompt.length;
    this.maxLength = maxLength;
    this.outlet = outlet;
    this.timeline = timeline;
    ids = Arrays.copyOf(prompt, Math.min(maxLength, prompt.length + 64));
    numTokens = prompt.length;
    seen = request.sampling().penalties().areActive() ? new SeenTokens() : null;
    if (seen != null) {
      for (int id : prompt) {
        seen.addPrompt(id);
      }
    }
  }

  /**
   * It waits until another output of the same prompt has its first token, then shares its pages.
   */
  void follow(Sequence first) {
    leader = first;
  }

  /** It belongs to those that one client asked for together; else it is a party of its own. */
  void join(Party others) {
    party = others;
  }

  Party party() {
    return party;
  }

  /** Its place among all sequences, for good: the smaller turn, then number, is served first. */
  void arrive(long newTurn, long number) {
    turn = newTurn;
    arrival = number;
  }

  long turn() {
    return turn;
  }

  long arrival() {
    return arrival;
  }

  /** Whether it has never run. */
  boolean isNew() {
    return cachedTokens == UNKNOWN;
  }

  /** Pages that it did not find in the prefix cache. */
  int numOwnPages() {
    return pages.numPages() - numAttachedPages;
  }

  State state() {
    return state;
  }

  int[] ids() {
    return ids;
  }

  int numPrompt() {
    return numPrompt;
  }

  /** Tokens that are known. */
  int numTokens() {
    return numTokens;
  }

  /** Tokens that are known or being drawn. */
  int length() {
    return numTokens + numDrawing;
  }

  /** Tokens to compute before the next one can be drawn. */
  int numPending() {
    return length() - numComputed;
  }

  /** Tokens in the cache, or in the steps in flight. */
  int numComputed() {
    return numComputed;
  }

  /** Whether a step in flight draws a token of it. */
  boolean isDrawing() {
    return numDrawing > 0;
  }

  /** Whether what is being drawn is the last that it may have. */
  boolean isSpent() {
    return numOutput() + numDrawing >= request.stop().maxTokens() || length() >= maxLength;
  }

  /** Whether its next draw depends on more than the device knows: on all tokens before it. */
  boolean mustSeeTokens() {
    return seen != null;
  }

  /** Whether the output that it follows has no token yet. */
  boolean isBehindLeader() {
    if (leader != null && (leader.numOutput() > 0 || leader.state == State.FINISHED)) {
      leader = null;
    }
    return leader != null;
  }

  PageTable pages() {
    return pages;
  }

  /** Row of the device's page table that it holds while it runs. */
  int row() {
    return row;
  }

  GenerationRequest.Terms terms() {
    return request.terms();
  }

  Outlet outlet() {
    return outlet;
  }

  Timeline timeline() {
    return timeline;
  }

  /** Tokens of the prompt that were found in the prefix cache when it was first admitted. */
  int cachedTokens() {
    return Math.max(0, cachedTokens);
  }

  /** How it ended, or null while it lives. */
  Ending ending() {
    return ending;
  }

  /**
   * It has been given pages for all its tokens.
   *
   * @param numAttached tokens that were found in the cache
   */
  void admit(int pageTableRow, int numAttached) {
    require(State.WAITING);
    state = State.PREFILL;
    row = pageTableRow;
    numKnownPages = 0;
    numComputed = numAttached;
    numAttachedPages = MemoryPlan.pagesFor(numAttached);
    if (cachedTokens == UNKNOWN) {
      cachedTokens = numAttached;
    }
  }

  /** Its pages have been taken: all its tokens are to be computed again. */
  void preempt() {
    numComputed = 0;
    numAttachedPages = 0;
    state = State.WAITING;
    timeline.preempted();
  }

  /**
   * Part of a step: computes its next {@code count} tokens and draws one if they are its last.
   *
   * @param index which of the step's draws it would be
   */
  Batch.Entry take(int count, int index) {
    Batch.TokenSlice slice =
        numComputed < numTokens
            ? new Batch.TokenSlice(ids, numComputed, count)
            : Batch.TokenSlice.drawn(drawIndex);
    Draw draw = count == numPending() ? nextDraw() : null;
    Batch.Place place = new Batch.Place(row, pages.ids(), numKnownPages);
    Batch.Entry entry = new Batch.Entry(slice, numComputed, place, draw);
    numComputed += count;
    numKnownPages = MemoryPlan.pagesFor(numComputed);
    if (draw != null) {
      numDrawing++;
      drawIndex = index;
      state = State.DECODE;
    }
    return entry;
  }

  /** A step that drew for it is over; what it drew is not wanted if it has finished meanwhile. */
  void endDraw() {
    numDrawing--;
  }

  /** Takes the token that a step has drawn; the way it ends the sequence, or null. */
  Ending accept(int id, boolean isValid) {
    if (!isValid) {
      return new Ending.Failed("the model gave no finite logits for the next token", null);
    }
    if (isStop(id)) {
      return new Ending.Finished(FinishReason.STOP, id);
    }
    append(id);
    boolean isFull = numOutput() == request.stop().maxTokens() || numTokens == maxLength;
    return isFull ? new Ending.Finished(FinishReason.LENGTH, null) : null;
  }

  /** Its pages have been taken for good. */
  void finish(Ending how) {
    state = State.FINISHED;
    ending = how;
  }

  private int numOutput() {
    return numTokens - numPrompt;
  }

  private Draw nextDraw() {
    StopRules stop = request.stop();
    int position = numOutput() + numDrawing;
    int[] banned = position < stop.minTokens() ? stop.stopTokenIds() : NO_IDS;
    Draw.Seen counted = seen == null ? Draw.Seen.NONE : seen.view();
    return new Draw(request.sampling(), choice, position, counted, banned);
  }

  private boolean isStop(int id) {
    for (int stopId : request.stop().stopTokenIds()) {
      if (stopId == id) {
        return true;
      }
    }
    return false;
  }

  /** Never writes a published place again: growth leaves the old array to those who hold it. */
  private void append(int id) {
    if (numTokens == ids.length) {
      ids = Arrays.copyOf(ids, Math.min(maxLength, 2 * numTokens));
    }
    ids[numTokens++] = id;
    if (seen != null) {
      seen.addOutput(id);
    }
  }

  private void require(State expected) {
    if (state != expected) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "sequence: expected %s, got %s", expected, state));
    }
  }
}
