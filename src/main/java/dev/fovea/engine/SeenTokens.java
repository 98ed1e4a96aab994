package dev.fovea.engine;

import dev.fovea.model.Draw;
import java.util.Arrays;

/**
 * Distinct tokens of a prompt and its output with their occurrences in the output: what penalties
 * count. An open-addressing table from id to place, so that a step costs no boxing.
 */
final class SeenTokens {
  private static final int EMPTY = 0;

  private int[] ids = new int[64];
  private int[] counts = new int[64];
  private int numIds;

  /** Place + 1 of the id that hashes here, or {@link #EMPTY}; a power of two long. */
  private int[] places = new int[128];

  void addPrompt(int id) {
    placeOf(id);
  }

  void addOutput(int id) {
    int place = placeOf(id);
    counts[place]++;
  }

  /** Borrowed: valid until the next token is added. */
  Draw.Seen view() {
    return new Draw.Seen(ids, counts, numIds);
  }

  private int placeOf(int id) {
    int cell = find(id);
    if (places[cell] != EMPTY) {
      return places[cell] - 1;
    }
    if (numIds == ids.length) {
      grow();
      cell = find(id);
    }
    ids[numIds] = id;
    counts[numIds] = 0;
    places[cell] = ++numIds;
    return numIds - 1;
  }

  private int find(int id) {
    int mask = places.length - 1;
    // Fibonacci hashing: neighbouring ids spread over the table.
    int cell = (id * 0x9E3779B9) >>> 7 & mask;
    while (places[cell] != EMPTY && ids[places[cell] - 1] != id) {
      cell = cell + 1 & mask;
    }
    return cell;
  }

  private void grow() {
    ids = Arrays.copyOf(ids, 2 * numIds);
    counts = Arrays.copyOf(counts, 2 * numIds);
    places = new int[4 * numIds];
    for (int place = 0; place < numIds; place++) {
      places[find(ids[place])] = place + 1;
    }
  }
}
