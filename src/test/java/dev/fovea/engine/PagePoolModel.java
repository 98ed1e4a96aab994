package dev.fovea.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a {@link PagePool} must agree with, as maps and lists alone: a chain of full pages is a
 * string, a letter for a page's tokens, behind the salt; what is behind it begins with it.
 */
final class PagePoolModel {

  /** A sequence: its salt and a letter for every page it may come to have. */
  static final class Sequence {
    final String salt;
    final String letters;
    final List<Integer> pages = new ArrayList<>();
    int numOffered;

    Sequence(String salt, String letters) {
      this.salt = salt;
      this.letters = letters;
    }

    String chain(int numPages) {
      return salt + "|" + letters.substring(0, numPages);
    }
  }

  private final int numPages;
  private final Set<Sequence> live = new HashSet<>();
  private final Map<String, Integer> pages = new HashMap<>();
  private final List<Integer> cached = new ArrayList<>();
  private final Set<Integer> distrusted = new HashSet<>();
  private int numHit;
  private int numEvicted;
  private int numOrphaned;
  private int numRefreshed;

  PagePoolModel(int numPages) {
    this.numPages = numPages;
  }

  int numCached() {
    return cached.size();
  }

  int numFree() {
    return numPages - owned().size();
  }

  int numHit() {
    return numHit;
  }

  int numEvicted() {
    return numEvicted;
  }

  /** Pages that were registered behind an evicted one. */
  int numOrphaned() {
    return numOrphaned;
  }

  int numRefreshed() {
    return numRefreshed;
  }

  int[] owners() {
    int[] owners = new int[numPages];
    for (Sequence sequence : live) {
      sequence.pages.forEach(page -> owners[page]++);
    }
    return owners;
  }

  /** The pages that a new sequence must be given. */
  List<Integer> attach(Sequence sequence, int limit) {
    int length = 0;
    for (String chain : pages.keySet()) {
      int candidate = chain.length() - sequence.chain(0).length();
      if (candidate <= limit && sequence.chain(limit).startsWith(chain)) {
        length = Math.max(length, candidate);
      }
    }
    for (int i = 1; i <= length; i++) {
      sequence.pages.add(pages.get(sequence.chain(i)));
    }
    cached.removeAll(sequence.pages);
    numHit += length;
    sequence.numOffered = length;
    live.add(sequence);
    return sequence.pages;
  }

  /** Takes note of pages that a sequence was given; false if it may not have been given one. */
  boolean extend(Sequence sequence, Collection<Integer> given) {
    for (int page : given) {
      if (cached.size() == numFree()) {
        numOrphaned += remove(chainOf(cached.get(0))).size() - 1;
        numEvicted++;
      }
      if (cached.contains(page) || owned().contains(page)) {
        return false;
      }
      sequence.pages.add(page);
    }
    return true;
  }

  void offer(Sequence sequence, int numFull) {
    if (numFull <= sequence.numOffered) {
      return;
    }
    for (int i = 0; i < numFull; i++) {
      if (distrusted.contains(sequence.pages.get(i))) {
        return;
      }
      pages.putIfAbsent(sequence.chain(i + 1), sequence.pages.get(i));
    }
    sequence.numOffered = numFull;
  }

  void forget(Sequence sequence) {
    for (int page : sequence.pages) {
      distrusted.add(page);
      String chain = chainOf(page);
      if (chain != null) {
        distrusted.addAll(remove(chain));
      }
    }
    distrusted.retainAll(owned());
    sequence.numOffered = 0;
  }

  void release(Sequence sequence) {
    while (!sequence.pages.isEmpty()) {
      int page = sequence.pages.remove(sequence.pages.size() - 1);
      String chain = owned().contains(page) ? null : chainOf(page);
      if (chain != null) {
        cached.add(page);
        refreshBefore(chain);
      }
    }
    live.remove(sequence);
    distrusted.retainAll(owned());
  }

  /** Pages before a cached one are never older. */
  private void refreshBefore(String chain) {
    Integer before = pages.get(chain.substring(0, chain.length() - 1));
    if (before != null && cached.remove(before)) {
      cached.add(before);
      numRefreshed++;
      refreshBefore(chainOf(before));
    }
  }

  /** Forgets a chain and all that begin with it; returns their pages. */
  private Set<Integer> remove(String first) {
    Set<Integer> removed = new HashSet<>();
    pages.forEach(
        (chain, page) -> {
          if (chain.startsWith(first)) {
            removed.add(page);
          }
        });
    pages.values().removeAll(removed);
    cached.removeAll(removed);
    return removed;
  }

  private String chainOf(int page) {
    for (Map.Entry<String, Integer> entry : pages.entrySet()) {
      if (entry.getValue() == page) {
        return entry.getKey();
      }
    }
    return null;
  }

  private Set<Integer> owned() {
    Set<Integer> owned = new HashSet<>();
    live.forEach(sequence -> owned.addAll(sequence.pages));
    return owned;
  }
}
