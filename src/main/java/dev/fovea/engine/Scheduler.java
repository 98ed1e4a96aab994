package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.model.Batch;
import dev.fovea.model.Tokens;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Decides what each step computes: first come, first served, over paged memory. Deterministic;
 * knows no clock, no thread and no device.
 *
 * <p>A step holds one token of every decoding sequence, then chunks of prompts, the oldest first. A
 * sequence is admitted when free pages hold all its tokens and one more page for each running
 * sequence, so that only decodes ever find the pool dry; then the newest running sequence is
 * preempted: it waits at the head of the queue and is computed again from its first token. Every
 * running sequence is older than every waiting one.
 */
final class Scheduler {
  private final EngineConfig config;
  private final PagePool pool;
  private final List<Sequence> running = new ArrayList<>();
  private final Deque<Sequence> waiting = new ArrayDeque<>();
  private long numPreemptions;

  /**
   * @param pool holds the longest sequence that will be added, or it would wait for ever
   */
  Scheduler(EngineConfig config, PagePool pool) {
    this.config = config;
    this.pool = pool;
  }

  void add(Sequence sequence) {
    waiting.addLast(sequence);
  }

  /**
   * The next step, or null if there is nothing to do.
   *
   * @throws IllegalStateException if sequences wait and nothing can run: pages have been lost
   */
  Step schedule() {
    Plan plan = new Plan(config.stepTokens());
    planDecodes(plan);
    planPrefills(plan);
    admit(plan);
    if (plan.isEmpty() && !waiting.isEmpty()) {
      throw new IllegalStateException(
          "pages: %d sequences wait and none runs, yet only %d of %d pages are free"
              .formatted(waiting.size(), pool.numFree(), pool.numPages()));
    }
    return plan.isEmpty() ? null : plan.toStep();
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
          "tokens: expected %d, got %d".formatted(drawing.size(), tokens.ids().length));
    }
    List<Sequence> changed = new ArrayList<>(drawing.size());
    for (int i = 0; i < drawing.size(); i++) {
      Sequence sequence = drawing.get(i);
      if (sequence.state() != Sequence.State.FINISHED) {
        Ending ending = sequence.accept(tokens.ids()[i], tokens.valid()[i]);
        if (ending != null) {
          finish(sequence, ending);
        }
        changed.add(sequence);
      }
    }
    return changed;
  }

  /** Ends a sequence in whatever state it is; its pages are free at once. */
  void finish(Sequence sequence, Ending ending) {
    if (!running.remove(sequence)) {
      waiting.remove(sequence);
    }
    pool.release(sequence.pages());
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
            "page %d: expected as many owners as tables that list it (%d), got %d"
                .formatted(page, listed[page], pool.numOwners(page)));
      }
    }
  }

  private void planDecodes(Plan plan) {
    // Victims are taken from the end, so no sequence that has been planned is ever one.
    for (int i = 0; i < running.size(); i++) {
      Sequence sequence = running.get(i);
      if (sequence.state() == Sequence.State.DECODE && makeRoom(sequence)) {
        plan.add(sequence, 1);
      }
    }
    plan.numGenerated = plan.entries.size();
  }

  /** Finds a decoding sequence the page of its next token; false if it had to yield itself. */
  private boolean makeRoom(Sequence sequence) {
    while (!pool.extend(sequence.pages(), sequence.numTokens())) {
      Sequence newest = running.remove(running.size() - 1);
      pool.release(newest.pages());
      newest.preempt();
      waiting.addFirst(newest);
      numPreemptions++;
      if (newest == sequence) {
        return false;
      }
    }
    return true;
  }

  private void planPrefills(Plan plan) {
    for (Sequence sequence : running) {
      if (sequence.state() == Sequence.State.PREFILL) {
        planChunk(plan, sequence);
      }
    }
  }

  private void admit(Plan plan) {
    while (!waiting.isEmpty() && running.size() < config.maxSequences() && plan.budget > 0) {
      Sequence sequence = waiting.peekFirst();
      int numPages = PagePool.pagesFor(sequence.numTokens());
      if (numPages + running.size() > pool.numFree()) {
        return;
      }
      pool.extend(sequence.pages(), sequence.numTokens());
      sequence.admit();
      running.add(waiting.removeFirst());
      plan.admitted.add(sequence);
      planChunk(plan, sequence);
    }
  }

  private void planChunk(Plan plan, Sequence sequence) {
    int affordable = Math.min(plan.budget, config.chunkTokens());
    int count = Math.min(affordable, sequence.numPending());
    if (count > 0) {
      plan.add(sequence, count);
    }
  }

  /** A step in the making. */
  private static final class Plan {
    final List<Batch.Entry> entries = new ArrayList<>();
    final List<Sequence> drawing = new ArrayList<>();
    final List<Sequence> admitted = new ArrayList<>(0);
    int budget;
    int numGenerated;

    Plan(int budget) {
      this.budget = budget;
    }

    void add(Sequence sequence, int count) {
      Batch.Entry entry = sequence.take(count);
      entries.add(entry);
      if (entry.draw() != null) {
        drawing.add(sequence);
      }
      budget -= count;
    }

    boolean isEmpty() {
      return entries.isEmpty();
    }

    Step toStep() {
      return new Step(new Batch(entries, numGenerated), drawing, admitted);
    }
  }
}
