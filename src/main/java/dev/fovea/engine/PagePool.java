package dev.fovea.engine;

import dev.fovea.model.Batch;

/**
 * Who owns which KV page. A page is free or has one or more owners; its bytes live on the device.
 * Engine thread only.
 */
final class PagePool {
  private final int[] owners;
  private final int[] free;
  private int numFree;

  PagePool(int numPages) {
    if (numPages < 1) {
      throw new IllegalArgumentException("pages: expected 1 or more, got " + numPages);
    }
    owners = new int[numPages];
    free = new int[numPages];
    for (int page = numPages - 1; page >= 0; page--) {
      free[numFree++] = page;
    }
  }

  /** Pages that hold so many tokens. */
  static int pagesFor(int numTokens) {
    return (numTokens + Batch.PAGE_SLOTS - 1) / Batch.PAGE_SLOTS;
  }

  int numPages() {
    return owners.length;
  }

  int numFree() {
    return numFree;
  }

  /** Owners of a page, 0 if it is free. */
  int numOwners(int page) {
    return owners[requireInside(page)];
  }

  /**
   * Lengthens a table until it holds {@code numTokens} tokens.
   *
   * @return false, and nothing changed, if too few pages are free
   */
  boolean extend(PageTable table, int numTokens) {
    int missing = pagesFor(numTokens) - table.numPages();
    if (missing > numFree) {
      return false;
    }
    for (int i = 0; i < missing; i++) {
      int page = free[--numFree];
      owners[page] = 1;
      table.add(page);
    }
    return true;
  }

  /** Gives a page in use one more owner. */
  void share(int page) {
    if (numOwners(page) == 0) {
      throw new IllegalStateException("page %d: expected in use, got free".formatted(page));
    }
    owners[page]++;
  }

  /** Takes one owner from a page; without owners it is free. */
  void release(int page) {
    if (numOwners(page) == 0) {
      throw new IllegalStateException(
          "page %d: expected an owner that releases it, got a free page".formatted(page));
    }
    if (--owners[page] == 0) {
      free[numFree++] = page;
    }
  }

  /** Takes one owner from every page of a table and empties it, last page first. */
  void release(PageTable table) {
    while (table.numPages() > 0) {
      release(table.removeLast());
    }
  }

  /**
   * Checks that every page is either free, once, or owned.
   *
   * @throws IllegalStateException if one is lost or listed twice
   */
  void checkIntegrity() {
    boolean[] listed = new boolean[owners.length];
    for (int i = 0; i < numFree; i++) {
      int page = requireInside(free[i]);
      if (listed[page] || owners[page] != 0) {
        throw new IllegalStateException(
            "page %d: expected free once and without owners, got %s and %d owners"
                .formatted(page, listed[page] ? "free twice" : "free", owners[page]));
      }
      listed[page] = true;
    }
    for (int page = 0; page < owners.length; page++) {
      if (!listed[page] && owners[page] < 1) {
        throw new IllegalStateException(
            "page %d: expected free or owned, got neither".formatted(page));
      }
    }
  }

  private int requireInside(int page) {
    if (page < 0 || page >= owners.length) {
      throw new IllegalArgumentException(
          "page: expected 0 to %d, got %d".formatted(owners.length - 1, page));
    }
    return page;
  }
}
