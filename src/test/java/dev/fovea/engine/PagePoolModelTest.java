package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.engine.PagePoolModel.Sequence;
import dev.fovea.model.MemoryPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** The pool beside {@link PagePoolModel}, operation by operation. */
class PagePoolModelTest {
  private static final int S = 64;

  @Test
  void agreesWithTheModelOverAMillionOperations() {
    check(334_000);
  }

  @Test
  @Tag("battery")
  void agreesWithTheModelOverTenMillionOperations() {
    check(3_340_000);
  }

  private static void check(int numOperations) {
    Seeded.check(
        random -> {
          Check check = new Check(random, Fault.NONE);
          check.run(numOperations);
          // What is said to agree has happened often enough.
          int often = numOperations / 1000;
          PagePoolModel model = check.model;
          assertThat(model.numHit()).as("pages hit").isGreaterThan(often);
          assertThat(model.numEvicted()).as("pages evicted").isGreaterThan(often);
          assertThat(model.numOrphaned()).as("pages lost with one before").isGreaterThan(often);
          assertThat(model.numRefreshed()).as("pages kept young").isGreaterThan(often);
        });
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void plantedFaultTripsTheCheck(Fault fault) {
    assertThatThrownBy(() -> Seeded.check(random -> new Check(random, fault).run(100_000)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("with seed 1L: operation ");
  }

  /** What the pool under test is told wrong. */
  private enum Fault {
    NONE,
    RELEASE_LOST,
    RELEASED_TWICE,
    FORGET_LOST,
    SALT_LOST,
    TOKEN_CHANGED,
    OFFERED_TOO_MUCH,
    LAST_TOKEN_NOT_LEFT
  }

  private static final class Check {
    private static final int NUM_PAGES = 32;
    private static final int NUM_SEQUENCES = 8;
    private static final int MAX_PAGES = 8;

    private final Random random;
    private final Fault fault;
    private final PagePool pool;
    private final PagePoolModel model = new PagePoolModel(NUM_PAGES);
    private final List<Driven> driven = new ArrayList<>();

    Check(Random random, Fault fault) {
      this.random = random;
      this.fault = fault;
      PrefixCache.Hash hash = PrefixCache.Hash.keyed(random.nextLong());
      // Four values and four buckets: all that is found has been told apart by its tokens.
      pool = new PagePool(NUM_PAGES, true, (seed, ids, from) -> hash.of(seed, ids, from) & 3 << 16);
      for (int i = 0; i < NUM_SEQUENCES; i++) {
        driven.add(new Driven());
      }
    }

    void run(int numOperations) {
      for (int i = 0; i < numOperations; i++) {
        String operation = "none";
        Driven one = driven.get(random.nextInt(NUM_SEQUENCES));
        try {
          operation = one.operate();
          compare(one);
          pool.checkIntegrity();
        } catch (RuntimeException | AssertionError cause) {
          throw new AssertionError(
              "operation %d, %s: %s".formatted(i, operation, cause.getMessage()), cause);
        }
      }
    }

    private void compare(Driven one) {
      require("free pages", model.numFree(), pool.numFree());
      require("cached pages", model.numCached(), pool.numCached());
      int[] owners = model.owners();
      for (int page = 0; page < NUM_PAGES; page++) {
        require("owners", owners[page], pool.numOwners(page));
      }
      require("pages of the table", one.sequence.pages, one.given(0));
    }

    private static void require(String what, Object expected, Object got) {
      if (!expected.equals(got)) {
        throw new AssertionError("%s: expected %s, got %s".formatted(what, expected, got));
      }
    }

    /** A sequence as pool and model see it; made anew after each release. */
    private final class Driven {
      private final PageTable table = new PageTable();
      private final int[] ids = new int[MAX_PAGES * S];
      private Sequence sequence = new Sequence("", "");
      private int numTokens;
      private int numComputed;

      String operate() {
        if (numTokens == 0) {
          begin();
          return "attach";
        }
        int choice = random.nextInt(16);
        if (choice < 6) {
          extend();
          return "extend";
        } else if (choice < 13) {
          offer();
          return "offer";
        } else if (choice < 14 && random.nextInt(4) == 0) {
          forget();
          return "forget";
        }
        release();
        return "release";
      }

      private void begin() {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < MAX_PAGES; i++) {
          letters.append(random.nextInt(4) > 0 ? 'a' : (char) ('b' + random.nextInt(3)));
          fill(i, letters.charAt(i));
        }
        sequence = new Sequence(random.nextInt(4) > 0 ? "" : "tenant", letters.toString());
        numTokens = 1 + random.nextInt(MAX_PAGES * S);
        List<Integer> expected = model.attach(sequence, (numTokens - 1) / S);
        String salt = fault == Fault.SALT_LOST ? "" : sequence.salt;
        int length = numTokens + (fault == Fault.LAST_TOKEN_NOT_LEFT ? 1 : 0);
        numComputed = pool.attach(table, ids, length, salt);
        require("tokens found", expected.size() * S, numComputed);
      }

      /** Pages of different letters differ in one token, the first, a middle or the last one. */
      private void fill(int page, char letter) {
        for (int i = 0; i < S; i++) {
          ids[page * S + i] = i;
        }
        if (letter != 'a') {
          ids[page * S + (letter == 'b' ? 0 : letter == 'c' ? S / 2 : S - 1)] = 1000;
        }
      }

      private void extend() {
        numTokens = Math.min(ids.length, numTokens + random.nextInt(2 * S));
        int numBefore = table.numPages();
        int numMissing = MemoryPlan.pagesFor(numTokens) - numBefore;
        boolean fits = numMissing <= model.numFree();
        require("extended", fits, pool.extend(table, numTokens));
        if (!model.extend(sequence, given(numBefore))) {
          throw new AssertionError("pages: expected free ones, got " + given(numBefore));
        }
      }

      private void offer() {
        int limit = Math.min(numTokens, table.numPages() * S);
        numComputed += random.nextInt(limit - numComputed + 1);
        model.offer(sequence, numComputed / S);
        if (fault == Fault.TOKEN_CHANGED && numComputed > 0) {
          ids[random.nextInt(numComputed)]++;
        }
        boolean isMore = fault == Fault.OFFERED_TOO_MUCH;
        pool.offer(table, ids, isMore ? table.numPages() * S : numComputed, sequence.salt);
      }

      private void forget() {
        model.forget(sequence);
        if (fault != Fault.FORGET_LOST) {
          pool.forget(table);
        }
      }

      private void release() {
        model.release(sequence);
        int[] pages = table.ids();
        int numPages = table.numPages();
        if (numPages > 1 && fault == Fault.RELEASE_LOST) {
          pool.share(pages[0]);
        } else if (numPages > 1 && fault == Fault.RELEASED_TWICE) {
          pool.release(pages[numPages - 1]);
        }
        pool.release(table);
        numTokens = 0;
      }

      /** Its pages from one on. */
      private List<Integer> given(int first) {
        List<Integer> pages = new ArrayList<>();
        for (int i = first; i < table.numPages(); i++) {
          pages.add(table.ids()[i]);
        }
        return pages;
      }
    }
  }
}
