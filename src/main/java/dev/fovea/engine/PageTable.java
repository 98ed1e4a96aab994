package dev.fovea.engine;

import java.util.Arrays;

/** The pages of one sequence, in order, and how far they have been offered to others. */
final class PageTable {
  private int[] ids = new int[8];
  private int numPages;
  private int numOffered;
  private PrefixCache.Node lastOffered;

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

  /** Its first so many pages have been offered to the prefix cache, or come from there. */
  int numOffered() {
    return numOffered;
  }

  /** What stands in the prefix cache for the last page offered, or null if none was. */
  PrefixCache.Node lastOffered() {
    return lastOffered;
  }

  void markOffered(int numPages, PrefixCache.Node last) {
    numOffered = numPages;
    lastOffered = last;
  }
}
