package dev.fovea.engine;

import dev.fovea.model.Batch;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.function.IntConsumer;

/**
 * Which full page holds the keys and values of which tokens. A page is registered under the page
 * before it, so that it stands for its own 64 tokens and all before them: the registered pages are
 * the nodes of a tree, whose root stands for no tokens. A node is found by hash and believed by its
 * parent's identity and its tokens: a hit is never a guess. First pages also differ by salt.
 *
 * <p>Nodes whose page has no owner are idle and listed by age; {@link PagePool} says which. An idle
 * parent is younger than its idle children, so that what is evicted is, as a rule, a leaf. A node
 * that goes takes all behind it along, as nothing could find that again.
 *
 * <p>A node is made once for each registration and never used again: whoever holds one can tell
 * whether it still stands. Engine thread only.
 */
final class PrefixCache {

  /** Spreads a page's tokens over the table; what is found never depends on it. */
  interface Hash {
    /**
     * @param seed hash of what comes before
     * @param from place in {@code ids} of the first of a page's tokens
     */
    long of(long seed, int[] ids, int from);

    /** With a key that a client cannot know, nobody can make prompts that all collide. */
    static Hash keyed(long key) {
      long factor = key | 1;
      return (seed, ids, from) -> {
        // Mixed before the first token meets it: the first seed is a salt's, which clients choose.
        long hash = mix(seed ^ key, factor);
        for (int i = from; i < from + Batch.PAGE_SLOTS; i += 2) {
          hash = mix(hash ^ (long) ids[i] << 32 ^ ids[i + 1], factor);
        }
        return hash;
      };
    }

    private static long mix(long hash, long factor) {
      long product = hash * factor;
      return product ^ product >>> 32;
    }
  }

  /** A registered page. */
  static final class Node {
    private final int page;
    private final Node parent;
    private final String salt;
    private final int[] tokens;
    private final long hash;
    private boolean isRegistered = true;
    private Node nextInBucket;
    private Node firstChild;
    private Node previousSibling;
    private Node nextSibling;

    /** Neighbours in age, both null unless idle. */
    private Node older;

    private Node younger;

    private Node(int page, Node parent, String salt, int[] tokens, long hash) {
      this.page = page;
      this.parent = parent;
      this.salt = salt;
      this.tokens = tokens;
      this.hash = hash;
    }

    int page() {
      return page;
    }

    boolean isRegistered() {
      return isRegistered;
    }

    boolean isIdle() {
      return older != null;
    }
  }

  private final Hash hash;
  private final Node[] nodes;
  private final Node[] buckets;
  private final Node root = new Node(-1, null, "", new int[0], 0);

  /** Between the youngest idle node, which is older than it, and the oldest, which is younger. */
  private final Node ends = new Node(-1, null, "", new int[0], 0);

  private int numRegistered;
  private int numIdle;

  PrefixCache(int numPages, Hash hash) {
    this.hash = hash;
    nodes = new Node[numPages];
    buckets = new Node[Math.max(2, Integer.highestOneBit(numPages) << 1)];
    ends.older = ends;
    ends.younger = ends;
  }

  Node root() {
    return root;
  }

  int numIdle() {
    return numIdle;
  }

  /** What a page is registered as, or null. */
  Node nodeOf(int page) {
    return nodes[page];
  }

  /** The page behind {@code parent} with the tokens from {@code from} on, or null. */
  Node find(Node parent, String salt, int[] ids, int from) {
    return find(parent, salt, ids, from, hashOf(parent, salt, ids, from));
  }

  /**
   * As {@link #find}; where there is none, {@code page} is registered in its place.
   *
   * @throws IllegalStateException if the page is registered for other tokens
   */
  Node findOrAdd(Node parent, String salt, int[] ids, int from, int page) {
    long pageHash = hashOf(parent, salt, ids, from);
    Node found = find(parent, salt, ids, from, pageHash);
    if (found != null) {
      return found;
    }
    if (nodes[page] != null) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "page %d: expected to be registered for one chain of tokens, got another",
              page));
    }
    int[] tokens = Arrays.copyOfRange(ids, from, from + Batch.PAGE_SLOTS);
    Node node = new Node(page, parent, parent == root ? salt : "", tokens, pageHash);
    add(node);
    return node;
  }

  /** Its page has lost its last owner: it may be evicted from now on. */
  void retire(Node node) {
    addIdle(node);
    // Of equal chains one is registered, so the page before may be one that its owners never had.
    for (Node before = node.parent; before.isIdle(); before = before.parent) {
      removeIdle(before);
      addIdle(before);
    }
  }

  /** Its page has an owner again. */
  void revive(Node node) {
    removeIdle(node);
  }

  /** Removes the node that has been idle for the longest time, as {@link #remove} does. */
  void evict(IntConsumer removed) {
    if (numIdle == 0) {
      throw new IllegalStateException("evict: expected an idle page, got none");
    }
    remove(ends.younger, removed);
  }

  /**
   * Removes a node and all behind it.
   *
   * @param removed is told every page that was registered and is no more
   */
  void remove(Node top, IntConsumer removed) {
    Node node = top;
    while (top.isRegistered) {
      while (node.firstChild != null) {
        node = node.firstChild;
      }
      removeLeaf(node);
      removed.accept(node.page);
      node = node.parent;
    }
  }

  /**
   * Checks that tree, table and list of ages hold the same nodes.
   *
   * @throws IllegalStateException if they do not
   */
  void checkIntegrity() {
    int registered = 0;
    int children = countChildren(root);
    for (int page = 0; page < nodes.length; page++) {
      Node node = nodes[page];
      if (node != null) {
        registered++;
        children += countChildren(node);
        boolean isRooted = node.parent == root || nodes[node.parent.page] == node.parent;
        require(node.isRegistered && node.page == page && isRooted, page, "a living parent");
        Node found = find(node.parent, node.salt, node.tokens, 0);
        require(found == node, page, "to be found by its tokens");
      }
    }
    int idle = 0;
    BitSet older = new BitSet(nodes.length);
    for (Node node = ends.younger; node != ends; node = node.younger) {
      idle++;
      boolean isLast = node.parent == root || !older.get(node.parent.page);
      require(isLast, node.page, "older than the page before it");
      older.set(node.page);
      require(nodes[node.page] == node, node.page, "registered, as it is idle");
      require(node.younger.older == node, node.page, "linked both ways by age");
    }
    if (registered != numRegistered || children != numRegistered || idle != numIdle) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "prefix cache: expected %d nodes and %d idle, got %d, %d as children and %d idle",
              numRegistered,
              numIdle,
              registered,
              children,
              idle));
    }
  }

  private int countChildren(Node node) {
    int count = 0;
    for (Node child = node.firstChild; child != null; child = child.nextSibling) {
      require(child.parent == node, child.page, "a child of its parent");
      count++;
    }
    return count;
  }

  private static void require(boolean isTrue, int page, String expected) {
    if (!isTrue) {
      throw new IllegalStateException(
          String.format(Locale.ROOT, "page %d: expected %s, got otherwise", page, expected));
    }
  }

  private long hashOf(Node parent, String salt, int[] ids, int from) {
    return hash.of(parent == root ? salt.hashCode() : parent.hash, ids, from);
  }

  private Node find(Node parent, String salt, int[] ids, int from, long pageHash) {
    Node node = buckets[bucketOf(pageHash)];
    while (node != null && !stands(node, parent, salt, ids, from, pageHash)) {
      node = node.nextInBucket;
    }
    return node;
  }

  private boolean stands(Node node, Node parent, String salt, int[] ids, int from, long pageHash) {
    return node.hash == pageHash
        && node.parent == parent
        && (parent != root || node.salt.equals(salt))
        && Arrays.equals(node.tokens, 0, Batch.PAGE_SLOTS, ids, from, from + Batch.PAGE_SLOTS);
  }

  private int bucketOf(long pageHash) {
    return (int) (pageHash >>> 16) & buckets.length - 1;
  }

  private void add(Node node) {
    nodes[node.page] = node;
    numRegistered++;
    int bucket = bucketOf(node.hash);
    node.nextInBucket = buckets[bucket];
    buckets[bucket] = node;
    node.nextSibling = node.parent.firstChild;
    if (node.nextSibling != null) {
      node.nextSibling.previousSibling = node;
    }
    node.parent.firstChild = node;
  }

  private void removeLeaf(Node node) {
    if (node.isIdle()) {
      removeIdle(node);
    }
    nodes[node.page] = null;
    numRegistered--;
    node.isRegistered = false;
    removeFromBucket(node);
    if (node.previousSibling == null) {
      node.parent.firstChild = node.nextSibling;
    } else {
      node.previousSibling.nextSibling = node.nextSibling;
    }
    if (node.nextSibling != null) {
      node.nextSibling.previousSibling = node.previousSibling;
    }
    // A table may hold on to this node for long: it keeps no living ones.
    node.nextInBucket = null;
    node.previousSibling = null;
    node.nextSibling = null;
  }

  private void removeFromBucket(Node node) {
    int bucket = bucketOf(node.hash);
    if (buckets[bucket] == node) {
      buckets[bucket] = node.nextInBucket;
      return;
    }
    Node before = buckets[bucket];
    while (before.nextInBucket != node) {
      before = before.nextInBucket;
    }
    before.nextInBucket = node.nextInBucket;
  }

  /** As the youngest. */
  private void addIdle(Node node) {
    node.older = ends.older;
    node.younger = ends;
    node.older.younger = node;
    ends.older = node;
    numIdle++;
  }

  private void removeIdle(Node node) {
    node.older.younger = node.younger;
    node.younger.older = node.older;
    node.older = null;
    node.younger = null;
    numIdle--;
  }
}
