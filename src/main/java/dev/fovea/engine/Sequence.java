package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.model.Batch;
import dev.fovea.model.Draw;
import dev.fovea.model.SamplingParams;
import java.util.Arrays;

/**
 * A prompt and its output, with the pages that hold its keys and values. Built by the submitting
 * thread, then the engine thread's alone, but for its {@link Outlet}.
 */
final class Sequence {
  private static final int[] NO_IDS = {};

  /** What the scheduler may do with a sequence. */
  enum State {
    /** Owns no pages; what it has of tokens is to be computed from the first. */
    WAITING,
    /** Owns pages for all its tokens, not all of them computed. */
    PREFILL,
    /** All tokens but the last drawn one are computed. */
    DECODE,
    /** Owns no pages, changes no more. */
    FINISHED
  }

  private final SamplingParams sampling;
  private final StopRules stop;
  private final int numPrompt;
  private final int maxLength;
  private final SeenTokens seen;
  private final Outlet outlet;
  private final Timeline timeline;
  private final PageTable pages = new PageTable();

  private State state = State.WAITING;
  private int[] ids;
  private int numTokens;
  private int numComputed;
  private Ending ending;

  /**
   * @param maxLength tokens it may reach, prompt and output together; more than the prompt has
   */
  Sequence(GenerationRequest request, int maxLength, Outlet outlet, Timeline timeline) {
    int[] prompt = request.prompt();
    this.sampling = request.sampling();
    this.stop = request.stop();
    this.numPrompt = prompt.length;
    this.maxLength = maxLength;
    this.outlet = outlet;
    this.timeline = timeline;
    ids = Arrays.copyOf(prompt, Math.min(maxLength, prompt.length + 64));
    numTokens = prompt.length;
    seen = sampling.penalties().areActive() ? new SeenTokens() : null;
    if (seen != null) {
      for (int id : prompt) {
        seen.addPrompt(id);
      }
    }
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

  int numTokens() {
    return numTokens;
  }

  /** Tokens to compute before the next one can be drawn. */
  int numPending() {
    return numTokens - numComputed;
  }

  PageTable pages() {
    return pages;
  }

  Outlet outlet() {
    return outlet;
  }

  Timeline timeline() {
    return timeline;
  }

  /** How it ended, or null while it lives. */
  Ending ending() {
    return ending;
  }

  /** It has been given pages for all its tokens. */
  void admit() {
    require(State.WAITING);
    state = State.PREFILL;
  }

  /** Its pages have been taken: all its tokens are to be computed again. */
  void preempt() {
    numComputed = 0;
    state = State.WAITING;
    timeline.preempted();
  }

  /** Part of a step: computes its next {@code count} tokens and draws one if they are its last. */
  Batch.Entry take(int count) {
    Batch.TokenSlice slice = new Batch.TokenSlice(ids, numComputed, count);
    Draw draw = count == numPending() ? nextDraw() : null;
    Batch.Entry entry = new Batch.Entry(slice, numComputed, pages.ids(), draw);
    numComputed += count;
    return entry;
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
    state = State.DECODE;
    boolean isFull = numOutput() == stop.maxTokens() || numTokens == maxLength;
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
    int position = numOutput();
    int[] banned = position < stop.minTokens() ? stop.stopTokenIds() : NO_IDS;
    return new Draw(sampling, 0, position, seen == null ? Draw.Seen.NONE : seen.view(), banned);
  }

  private boolean isStop(int id) {
    for (int stopId : stop.stopTokenIds()) {
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
      throw new IllegalStateException("sequence: expected %s, got %s".formatted(expected, state));
    }
  }
}
