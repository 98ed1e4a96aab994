package dev.fovea.model;

import dev.fovea.kernel.KvLayer;
import java.util.List;

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
          "numGenerated: expected as many entries of one token at the head of %d, got %d"
              .formatted(entries.size(), numGenerated));
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
   * @param tokens to compute in this step
   * @param contextBefore tokens of the sequence already in the cache; position of the first new one
   * @param pages ids of its pages in order: as many as hold {@code contextBefore + tokens.count()}
   *     tokens are read, what follows is not; borrowed until the step is awaited
   * @param draw how to draw the next token from the last row, or null to draw none (a chunk of a
   *     prompt that is not its last)
   */
  public record Entry(TokenSlice tokens, int contextBefore, int[] pages, Draw draw) {}

  /** Ids {@code ids[from] .. ids[from + count - 1]}; borrowed until the step is awaited. */
  public record TokenSlice(int[] ids, int from, int count) {}
}
