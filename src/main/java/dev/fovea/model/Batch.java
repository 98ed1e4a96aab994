package dev.fovea.model;

import dev.fovea.kernel.KvLayer;
import java.util.List;
import java.util.Locale;

/**
 * One step's work: for each sequence the tokens to compute and the pages that hold its keys and
 * values, new tokens included.
 *
 * @param numGenerated the first so many entries hold one token each that was generated; all others
 *     are pieces of prompts, also where such a piece has a single token
 */
public record Batch(List<Entry> entries, int numGenerated) {

  /** Tokens a page holds, S. */
  public static final int PAGE_SLOTS = KvLayer.PAGE_SLOTS;

  public Batch {
    entries = List.copyOf(entries);
    boolean areSingle = numGenerated >= 0 && numGenerated <= entries.size();
    for (int i = 0; areSingle && i < numGenerated; i++) {
      areSingle = entries.get(i).tokens().count() == 1;
    }
    if (!areSingle) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "numGenerated: expected as many entries of one token at the head of %d, got %d",
              entries.size(),
              numGenerated));
    }
  }

  /** Pieces of prompts alone. */
  public Batch(List<Entry> entries) {
    this(entries, 0);
  }

  /** Packed tokens of the step, N. */
  public int numTokens() {
    int total = 0;
    for (Entry entry : entries) {
      total += entry.tokens().count();
    }
    return total;
  }

  /**
   * One sequence's part of a step. All of it is borrowed until {@link StepRunner#submit} returns.
   *
   * @param tokens to compute in this step
   * @param contextBefore tokens of the sequence already in the cache; position of the first new one
   * @param place where its keys and values are
   * @param draw how to draw the next token from the last row, or null to draw none (a chunk of a
   *     prompt that is not its last)
   */
  public record Entry(TokenSlice tokens, int contextBefore, Place place, Draw draw) {

    /** Of a sequence that holds no row of the device's page table from one step to the next. */
    public Entry(TokenSlice tokens, int contextBefore, int[] pages, Draw draw) {
      this(tokens, contextBefore, new Place(Place.NO_ROW, pages, 0), draw);
    }
  }

  /**
   * A sequence's pages. The device keeps a page table with a row for each running sequence, so that
   * a step brings only what is new.
   *
   * @param row of the device's page table that is the sequence's while it runs, below {@link
   *     StepRunner.Limits#maxSequences()}; {@link #NO_ROW}: the entry's own number in the batch
   * @param pages ids in order: as many as hold the tokens of the cache and the new ones are read,
   *     what follows is not
   * @param numKnown the first so many stand in the row since an earlier step
   */
  public record Place(int row, int[] pages, int numKnown) {
    public static final int NO_ROW = -1;
  }

  /**
   * Ids {@code ids[from] .. ids[from + count - 1]}, or one id that no one on this side knows yet.
   *
   * @param drawn {@link #KNOWN}, or which of the tokens that the step before draws this one is, in
   *     the order of {@link Tokens}; that step has been submitted and not been awaited
   */
  public record TokenSlice(int[] ids, int from, int count, int drawn) {
    public static final int KNOWN = -1;
    private static final int[] NO_IDS = {};

    public TokenSlice(int[] ids, int from, int count) {
      this(ids, from, count, KNOWN);
    }

    /** The {@code index}-th token that the step before draws. */
    public static TokenSlice drawn(int index) {
      return new TokenSlice(NO_IDS, 0, 1, index);
    }

    public boolean isDrawn() {
      return drawn != KNOWN;
    }
  }
}
