package dev.fovea.engine;

import dev.fovea.model.Batch;
import java.util.ArrayList;
import java.util.List;

/** A step in the making. */
final class StepPlan {
  private final PrefillCost.Step prefills;
  private final int chunkTokens;
  private final List<Batch.Entry> entries;
  private final List<Sequence> drawing;
  private final List<Sequence> admitted = new ArrayList<>(0);
  private int budget;
  private int numGenerated;

  /**
   * @param stepTokens it may hold
   * @param chunkTokens of one prompt it may hold
   * @param numRunning sequences it will be about
   */
  StepPlan(int stepTokens, int chunkTokens, int numRunning, PrefillCost cost) {
    this.budget = stepTokens;
    this.chunkTokens = chunkTokens;
    this.prefills = cost.newStep();
    entries = new ArrayList<>(numRunning);
    drawing = new ArrayList<>(numRunning);
  }

  /** The next token of a sequence; before any piece of a prompt. */
  void addDecode(Sequence sequence) {
    add(sequence, 1);
    prefills.besideDecodes();
    numGenerated++;
  }

  /**
   * As much of a prompt as there is room and time for; false: none.
   *
   * @param areOthersBehind prompts that could have a part of this step too
   */
  boolean addPrefill(Sequence sequence, boolean areOthersBehind) {
    int before = sequence.numComputed();
    int wanted = Math.min(Math.min(budget, chunkTokens), sequence.numPending());
    if (wanted == 0) {
      return false;
    }
    boolean isFinished = wanted == sequence.numPending() && prefills.isAffordable(wanted, before);
    int count =
        areOthersBehind && !isFinished
            ? prefills.fitHalf(wanted, before)
            : prefills.fit(wanted, before);
    if (count == 0) {
      return false;
    }
    prefills.add(count, before);
    add(sequence, count);
    sequence.party().countPiece();
    return true;
  }

  /** A sequence that has just been given pages. */
  void addAdmitted(Sequence sequence) {
    admitted.add(sequence);
  }

  /** Whether there is room and time for a piece of one more prompt. */
  boolean takesPrefills() {
    return budget > 0 && prefills.fit(1, 0) > 0;
  }

  boolean isEmpty() {
    return entries.isEmpty();
  }

  Step toStep() {
    return new Step(new Batch(entries, numGenerated), drawing, admitted);
  }

  private void add(Sequence sequence, int count) {
    Batch.Entry entry = sequence.take(count, drawing.size());
    entries.add(entry);
    if (entry.draw() != null) {
      drawing.add(sequence);
    }
    budget -= count;
  }
}
