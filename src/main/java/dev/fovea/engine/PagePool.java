package dev.fovea.engine;

import dev.fovea.model.Batch;
import dev.fovea.model.MemoryPlan;
import java.security.SecureRandom;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * Who owns which KV page. A page is free, has owners, or is cached: without owners, but kept for
 * the next sequence that begins with its tokens, until free pages run out. Its bytes live on the
 * device. Deterministic; engine thread only.
 */
final class PagePool {
  private final boolean isCaching;
  private final PrefixCache cache;
  private final int[] owners;
  private final int[] free;
  private int numFree;

  /** Pages in use whose bytes nobody else may begin with. */
  private final BitSet distrusted;

  private final IntConsumer evicted = this::freeUnowned;
  private final IntConsumer forgotten = this::distrust;

  /** Without a prefix cache. */
  PagePool(int numPages) {
    this(numPages, false);
  }

  /**
   * @param prefixCache whether pages are kept when their last owner releases them
   */
  PagePool(int numPages, boolean prefixCache) {
    this(numPages, prefixCache, PrefixCache.Hash.keyed(new SecureRandom().nextLong()));
  }

  PagePool(int numPages, boolean prefixCache, PrefixCache.Hash hash) {
    if (numPages < 1) {
      throw new IllegalArgumentException("pages: expected 1 or more, got " + numPages);
    }
    isCaching = prefixCache;
    cache = new PrefixCache(numPages, hash);
    owners = new int[numPages];
    distrusted = new BitSet(numPages);
    free = new int[numPages];
    for (int page = numPages - 1; page >= 0; page--) {
      free[numFree++] = page;
    }
  }

  int numPages() {
    return owners.length;
  }

  /** Pages that can be handed out: {@link #numCached()} of them hold what a sequence may hit. */
  int numFree() {
    return numFree + cache.numIdle();
  }

  /** Pages without owners that are kept. */
  int numCached() {
    return cache.numIdle();
  }

  /** Owners of a page, 0 if it is free or cached. */
  int numOwners(int page) {
    return owners[requireInside(page)];
  }

  /**
   * Lengthens a table until it holds {@code numTokens} tokens. Pages that hold nothing go first,
   * then the cached ones that were released the longest time ago.
   *
   * @return false, and nothing changed, if too few pages are free
   */
  boolean extend(PageTable table, int numTokens) {
    int missing = MemoryPlan.pagesFor(numTokens) - table.numPages();
    if (missing > numFree()) {
      return false;
    }
    for (int i = 0; i < missing; i++) {
      if (numFree == 0) {
        cache.evict(evicted);
      }
      int page = free[--numFree];
      owners[page] = 1;
      table.add(page);
    }
    return true;
  }

  /**
   * Gives an empty table the pages whose tokens are the first of a sequence's, as far as there are
   * such. At least one token is left to compute. {@link #release(PageTable)} undoes it.
   *
   * @param ids begins with the {@code numTokens} tokens of the sequence
   * @param salt sequences of other salts share nothing with this one
   * @return tokens on those pages, a multiple of 64
   */
  int attach(PageTable table, int[] ids, int numTokens, String salt) {
    if (table.numPages() != 0) {
      throw new IllegalStateException("attach: expected no pages, got " + table.numPages());
    }
    PrefixCache.Node last = cache.root();
    int limit = isCaching ? (numTokens - 1) / Batch.PAGE_SLOTS : 0;
    while (table.numPages() < limit) {
      int from = table.numPages() * Batch.PAGE_SLOTS;
      PrefixCache.Node node = cache.find(last, salt, ids, from);
      if (node == null) {
        break;
      }
      own(node);
      table.add(node.page());
      last = node;
    }
    table.markOffered(table.numPages(), last);
    return table.numPages() * Batch.PAGE_SLOTS;
  }

  /**
   * Lets others begin with a sequence's full pages. A chain of tokens is registered once: where
   * another page already stands for it, the sequence's own is not registered, but pages behind it
   * are. Costs nothing while no page has been filled since the last call.
   *
   * @param ids begins with the sequence's tokens
   * @param numComputed tokens whose keys and values are in the pages, or will be before those of
   *     any step submitted later
   * @param salt as it was attached with
   */
  void offer(PageTable table, int[] ids, int numComputed, String salt) {
    int numFull = numComputed / Batch.PAGE_SLOTS;
    if (numFull > table.numPages()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "offer: expected at most the tokens of %d pages, got %d",
              table.numPages(),
              numComputed));
    }
    if (!isCaching || numFull <= table.numOffered()) {
      return;
    }
    PrefixCache.Node node = table.lastOffered();
    int first = table.numOffered();
    if (node == null || !node.isRegistered()) {
      // What stood for a page before these has been evicted: the own page may take its place.
      node = cache.root();
      first = 0;
    }
    for (int i = first; i < numFull; i++) {
      int page = table.ids()[i];
      if (distrusted.get(page)) {
        return;
      }
      node = cache.findOrAdd(node, salt, ids, i * Batch.PAGE_SLOTS, page);
    }
    table.markOffered(numFull, node);
  }

  /**
   * Makes sure that no sequence begins with these pages from now on, nor with what was computed
   * from them: their sequence has shown that they hold no finite numbers. Who owns them keeps them.
   */
  void forget(PageTable table) {
    for (int i = 0; i < table.numPages(); i++) {
      int page = table.ids()[i];
      distrusted.set(page);
      PrefixCache.Node node = cache.nodeOf(page);
      if (node != null) {
        cache.remove(node, forgotten);
      }
    }
    table.markOffered(0, null);
  }

  /** Gives a page in use one more owner. */
  void share(int page) {
    if (numOwners(page) == 0) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "page %d: expected in use, got free", page));
    }
    owners[page]++;
  }

  /** Takes one owner from a page; without owners it is free, or cached if it is registered. */
  void release(int page) {
    if (numOwners(page) == 0) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT, "page %d: expected an owner that releases it, got a free page", page));
    }
    if (--owners[page] == 0) {
      PrefixCache.Node node = cache.nodeOf(page);
      if (node != null) {
        cache.retire(node);
      } else {
        free(page);
      }
    }
  }

  /**
   * Takes one owner from every page of a table and empties it, last page first: of its cached pages
   * the last are evicted first.
   */
  void release(PageTable table) {
    while (table.numPages() > 0) {
      release(table.removeLast());
    }
    table.markOffered(0, null);
  }

  /**
   * Checks that every page is one of free, owned and cached.
   *
   * @throws IllegalStateException if one is lost or listed twice
   */
  void checkIntegrity() {
    cache.checkIntegrity();
    boolean[] listed = new boolean[owners.length];
    for (int i = 0; i < numFree; i++) {
      int page = requireInside(free[i]);
      if (listed[page] || owners[page] != 0 || cache.nodeOf(page) != null) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "page %d: expected free once, without owners and not registered, got %s and %d owners",
                page,
                listed[page] ? "free twice" : "free",
                owners[page]));
      }
      listed[page] = true;
    }
    for (int page = 0; page < owners.length; page++) {
      PrefixCache.Node node = cache.nodeOf(page);
      boolean isCached = node != null && node.isIdle();
      if (owners[page] < 0 || !listed[page] && owners[page] > 0 == isCached) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "page %d: expected free, owned or cached, got %d owners and %s",
                page,
                owners[page],
                isCached ? "cached" : "not cached"));
      }
    }
  }

  /**
   * Checks that the owners of every page are the tables that list it.
   *
   * @throws IllegalStateException if a page is listed more or less often than it is owned
   */
  void checkOwners(List<PageTable> tables) {
    int[] listed = new int[owners.length];
    for (PageTable table : tables) {
      for (int i = 0; i < table.numPages(); i++) {
        listed[table.ids()[i]]++;
      }
    }
    for (int page = 0; page < listed.length; page++) {
      if (listed[page] != owners[page]) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "page %d: expected as many owners as tables that list it (%d), got %d",
                page,
                listed[page],
                owners[page]));
      }
    }
  }

  private void own(PrefixCache.Node node) {
    if (owners[node.page()]++ == 0) {
      cache.revive(node);
    }
  }

  private void free(int page) {
    distrusted.clear(page);
    free[numFree++] = page;
  }

  private void freeUnowned(int page) {
    if (owners[page] == 0) {
      free(page);
    }
  }

  private void distrust(int page) {
    if (owners[page] == 0) {
      free(page);
    } else {
      distrusted.set(page);
    }
  }

  private int requireInside(int page) {
    if (page < 0 || page >= owners.length) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "page: expected 0 to %d, got %d", owners.length - 1, page));
    }
    return page;
  }
}
