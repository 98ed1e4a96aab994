package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pages that outlive their sequence; a letter stands for the 64 tokens of a page. */
class PrefixCacheTest {
  private static final int S = 64;

  /** All pages of a pool collide: what is found depends on the tokens alone. */
  private static final PrefixCache.Hash COLLIDING = (seed, ids, from) -> 7;

  private final PagePool pool = new PagePool(4, true, COLLIDING);

  @AfterEach
  void everyPageIsFreeOwnedOrCached() {
    pool.checkIntegrity();
  }

  @Test
  void fullPagesAreHitAfterTheirRelease() {
    int[] pages = pagesOf(compute("abc", ""));
    assertThat(pool.numFree()).isEqualTo(4);
    assertThat(pool.numCached()).isEqualTo(3);

    PageTable table = new PageTable();
    assertThat(pool.attach(table, ids("abcd"), 4 * S, "")).isEqualTo(3 * S);
    assertThat(pagesOf(table)).isEqualTo(pages);
    assertThat(pool.numFree()).isEqualTo(1);
    assertThat(pool.numCached()).isZero();
    assertThat(pool.numOwners(pages[0])).isEqualTo(1);
  }

  @Test
  void pagesOfALiveSequenceAreShared() {
    PageTable first = start("ab", "");
    pool.offer(first, ids("ab"), 2 * S, "");

    PageTable second = new PageTable();
    assertThat(pool.attach(second, ids("abc"), 3 * S, "")).isEqualTo(2 * S);
    assertThat(pool.numOwners(first.ids()[1])).isEqualTo(2);
    pool.release(first);
    assertThat(pool.numCached()).isZero();
    pool.release(second);
    assertThat(pool.numCached()).isEqualTo(2);
  }

  @Test
  void oneTokenIsLeftToCompute() {
    compute("ab", "");
    assertThat(hit("ab", 2 * S, "")).isEqualTo(S);
    assertThat(hit("abc", 2 * S + 1, "")).isEqualTo(2 * S);
    assertThat(hit("ab", 1, "")).isZero();
  }

  @Test
  void partlyFilledPageIsNeverHit() {
    PageTable table = start("ab", "");
    pool.offer(table, ids("ab"), 2 * S - 1, "");
    pool.release(table);

    assertThat(pool.numCached()).isEqualTo(1);
    assertThat(hit("abc", 3 * S, "")).isEqualTo(S);
  }

  @Test
  void everyTokenOfAPageCounts() {
    compute("ab", "");
    int[] ids = ids("abc");
    for (int i = 0; i < 2 * S; i++) {
      ids[i]++;
      assertThat(hit(ids, 3 * S, "")).as("token %d", i).isEqualTo(i < S ? 0 : S);
      ids[i]--;
    }
    assertThat(hit(ids, 3 * S, "")).isEqualTo(2 * S);
  }

  @Test
  void pageIsHitBehindItsOwnChainOnly() {
    compute("ab", "");
    assertThat(hit("bab", 3 * S, "")).isZero();
    assertThat(hit("aab", 3 * S, "")).isEqualTo(S);
    compute("cb", "");
    assertThat(pool.numCached()).isEqualTo(4);
  }

  @Test
  void saltsShareNothing() {
    compute("a", "");
    compute("a", "tenant");
    assertThat(pool.numCached()).isEqualTo(2);
    PageTable open = new PageTable();
    PageTable tenant = new PageTable();
    pool.attach(open, ids("ab"), 2 * S, "");
    pool.attach(tenant, ids("ab"), 2 * S, "tenant");

    assertThat(open.ids()[0]).isNotEqualTo(tenant.ids()[0]);
    assertThat(hit("ab", 2 * S, "other")).isZero();
  }

  @Test
  void leafIsEvictedBeforeItsParent() {
    compute("abc", "");
    PageTable table = new PageTable();
    pool.extend(table, 2 * S);
    assertThat(hit("abcd", 4 * S, "")).isEqualTo(2 * S);
    pool.extend(table, 3 * S);
    assertThat(hit("abcd", 4 * S, "")).isEqualTo(S);
    pool.extend(table, 4 * S);
    assertThat(pool.numFree()).isZero();
    assertThat(hit("abcd", 4 * S, "")).isZero();
  }

  @Test
  void leastRecentlyReleasedIsEvictedFirst() {
    compute("a", "");
    compute("b", "");
    compute("c", "");
    assertThat(hit("ax", 2 * S, "")).isEqualTo(S);

    pool.extend(new PageTable(), 2 * S);
    assertThat(hit("bx", 2 * S, "")).isZero();
    assertThat(hit("ax", 2 * S, "")).isEqualTo(S);
    assertThat(hit("cx", 2 * S, "")).isEqualTo(S);
  }

  @Test
  void attachedPagesAreNotEvicted() {
    compute("ab", "");
    PageTable attached = new PageTable();
    pool.attach(attached, ids("abc"), 3 * S, "");
    assertThat(pool.extend(new PageTable(), 3 * S)).isFalse();
    assertThat(pool.extend(new PageTable(), 2 * S)).isTrue();

    pool.release(attached);
    assertThat(hit("abc", 3 * S, "")).isEqualTo(2 * S);
  }

  @Test
  void equalChainIsRegisteredOnceAndContinued() {
    PageTable first = start("a", "");
    PageTable second = start("ab", "");
    pool.offer(first, ids("a"), S, "");
    pool.offer(second, ids("ab"), 2 * S, "");

    PageTable third = new PageTable();
    assertThat(pool.attach(third, ids("abc"), 3 * S, "")).isEqualTo(2 * S);
    assertThat(pagesOf(third)).containsExactly(first.ids()[0], second.ids()[1]);
    pool.release(first);
    pool.release(third);
    pool.release(second);
    assertThat(pool.numCached()).isEqualTo(2);
    assertThat(pool.numFree()).isEqualTo(4);
  }

  @Test
  void releaseKeepsAnotherSequencesPageBeforeIt() {
    PageTable first = start("a", "");
    PageTable second = start("ab", "");
    pool.offer(first, ids("a"), S, "");
    pool.offer(second, ids("ab"), 2 * S, "");
    pool.release(first);
    pool.release(second);

    pool.extend(new PageTable(), 3 * S);
    assertThat(hit("abc", 3 * S, "")).isEqualTo(S);
  }

  @Test
  void whatIsBehindAnEvictedPageGoesWithIt() {
    PageTable first = start("a", "");
    PageTable second = start("abc", "");
    pool.offer(first, ids("a"), S, "");
    pool.offer(second, ids("abc"), 2 * S, "");
    pool.release(first);
    PageTable hoard = new PageTable();
    pool.extend(hoard, S);
    assertThat(pool.numFree()).isZero();
    pool.release(hoard);
    assertThat(hit("abc", 3 * S, "")).isZero();

    // The live sequence's own pages take their place when it fills another.
    pool.offer(second, ids("abc"), 3 * S, "");
    PageTable third = new PageTable();
    assertThat(pool.attach(third, ids("abcd"), 4 * S, "")).isEqualTo(3 * S);
    assertThat(pagesOf(third)).isEqualTo(pagesOf(second));
  }

  @Test
  void forgottenPagesAreNeverHitAgain() {
    PageTable table = start("ab", "");
    pool.offer(table, ids("ab"), 2 * S, "");
    pool.forget(table);
    assertThat(hit("abc", 3 * S, "")).isZero();
    pool.offer(table, ids("ab"), 2 * S, "");
    assertThat(hit("abc", 3 * S, "")).isZero();

    pool.release(table);
    assertThat(pool.numCached()).isZero();
    assertThat(pool.numFree()).isEqualTo(4);
    compute("ab", "");
    assertThat(hit("abc", 3 * S, "")).isEqualTo(2 * S);
  }

  @Test
  void whatWasComputedFromForgottenPagesIsForgottenToo() {
    PageTable first = start("a", "");
    pool.offer(first, ids("a"), S, "");
    PageTable second = new PageTable();
    pool.attach(second, ids("abc"), 3 * S, "");
    pool.extend(second, 3 * S);
    pool.offer(second, ids("abc"), 2 * S, "");
    pool.forget(first);
    pool.release(first);

    pool.offer(second, ids("abc"), 3 * S, "");
    assertThat(hit("abcd", 4 * S, "")).isZero();
    pool.release(second);
    assertThat(pool.numCached()).isZero();
    assertThat(pool.numFree()).isEqualTo(4);
  }

  @Test
  void sequenceThatWasForgottenOffersNothingMore() {
    PageTable first = start("a", "");
    pool.offer(first, ids("a"), S, "");
    PageTable second = new PageTable();
    pool.extend(second, S);
    pool.offer(second, ids("abc"), S, "");
    pool.forget(second);
    pool.extend(second, 2 * S);
    pool.offer(second, ids("abc"), 2 * S, "");

    assertThat(hit("abc", 3 * S, "")).as("the page of the other").isEqualTo(S);
  }

  @Test
  void releasedTableStartsAnew() {
    PageTable table = start("ab", "");
    pool.offer(table, ids("ab"), 2 * S, "");
    pool.release(table);
    pool.extend(table, 2 * S);
    pool.offer(table, ids("cd"), 2 * S, "");

    assertThat(hit("cde", 3 * S, "")).isEqualTo(2 * S);
    assertThat(hit("abc", 3 * S, "")).isEqualTo(2 * S);
  }

  @Test
  void offerAsksForPagesOfAllItsTokens() {
    PageTable table = start("a", "");
    assertThatThrownBy(() -> pool.offer(table, ids("ab"), 2 * S, ""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("offer: expected at most the tokens of 1 pages, got 128");
  }

  @Test
  void attachAsksForAnEmptyTable() {
    PageTable table = start("a", "");
    assertThatThrownBy(() -> pool.attach(table, ids("a"), S, ""))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("attach: expected no pages, got 1");
  }

  @Test
  void tableThatChangesItsTokensIsCaught() {
    PageTable table = start("ab", "");
    pool.offer(table, ids("ab"), S, "");
    table.markOffered(0, null);
    assertThatThrownBy(() -> pool.offer(table, ids("cb"), S, ""))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("expected to be registered for one chain of tokens");
  }

  @Test
  void withoutACacheNothingIsKept() {
    PagePool plain = new PagePool(4);
    PageTable table = new PageTable();
    plain.extend(table, 2 * S);
    plain.offer(table, ids("ab"), 2 * S, "");
    plain.release(table);

    assertThat(plain.numCached()).isZero();
    assertThat(plain.attach(new PageTable(), ids("abc"), 3 * S, "")).isZero();
  }

  @Test
  void keyedHashSpreadsAndTakesEveryToken() {
    PrefixCache.Hash hash = PrefixCache.Hash.keyed(0x5EED);
    int[] ids = ids("a");
    long[] hashes = new long[2 * S + 1];
    hashes[2 * S] = hash.of(0, ids, 0);
    for (int i = 0; i < S; i++) {
      ids[i]++;
      hashes[i] = hash.of(0, ids, 0);
      ids[i]--;
      hashes[S + i] = hash.of(i + 1, ids, 0);
    }
    assertThat(hashes).doesNotHaveDuplicates();
    assertThat(PrefixCache.Hash.keyed(0x5EEE).of(0, ids, 0)).isNotEqualTo(hashes[2 * S]);
  }

  @Test
  void longChainIsEvictedWithoutRecursion() {
    int numPages = 100_000;
    PagePool large = new PagePool(numPages, true);
    int[] ids = new int[numPages * S];
    PageTable owner = new PageTable();
    large.extend(owner, S);
    large.offer(owner, ids, S, "");
    PageTable table = new PageTable();
    large.extend(table, (numPages - 1) * S);
    large.offer(table, ids, (numPages - 1) * S, "");
    large.release(owner);
    PageTable hoard = new PageTable();
    assertThatCode(() -> large.extend(hoard, S)).doesNotThrowAnyException();
    large.release(table);
    assertThat(large.numCached()).isZero();
    large.checkIntegrity();
  }

  /** A sequence has pages for all its tokens and has offered none. */
  private PageTable start(String letters, String salt) {
    PageTable table = new PageTable();
    pool.attach(table, ids(letters), letters.length() * S, salt);
    assertThat(pool.extend(table, letters.length() * S)).isTrue();
    return table;
  }

  /** A sequence has come and gone; the table lists what it had. */
  private PageTable compute(String letters, String salt) {
    PageTable table = start(letters, salt);
    PageTable copy = new PageTable();
    Arrays.stream(pagesOf(table)).forEach(copy::add);
    pool.offer(table, ids(letters), letters.length() * S, salt);
    pool.release(table);
    return copy;
  }

  private int hit(String letters, int numTokens, String salt) {
    return hit(ids(letters), numTokens, salt);
  }

  /** Tokens that a sequence would find; it comes and goes. */
  private int hit(int[] ids, int numTokens, String salt) {
    PageTable table = new PageTable();
    int numFree = pool.numFree();
    int found = pool.attach(table, ids, numTokens, salt);
    pool.release(table);
    assertThat(pool.numFree()).isEqualTo(numFree);
    return found;
  }

  private static int[] pagesOf(PageTable table) {
    return Arrays.copyOf(table.ids(), table.numPages());
  }

  private static int[] ids(String letters) {
    int[] ids = new int[letters.length() * S];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = 1000 * letters.charAt(i / S) + i % S;
    }
    return ids;
  }
}
