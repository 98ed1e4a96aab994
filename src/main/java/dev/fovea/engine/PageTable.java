package dev.fovea.engine;

import java.util.Arrays;

/** The pages of one sequence, in order. */
final class PageTable {
  private int[] ids = new int[8];
  private int numPages;

  int numPages() {
    return numPages;
  }

  /** Its first {@link #numPages()} places are the pages; borrowed, not copied. */
  int[] ids() {
    return ids;
  }

  void add(int page) {
    if (numPages == ids.length) {
      ids = Arrays.copyOf(ids, 2 * numPages);
    }
    ids[numPages++] = page;
  }

  int removeLast() {
    return ids[--numPages];
  }
}
