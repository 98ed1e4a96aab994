package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PagePoolTest {

  @Test
  void extensionIsAllOrNothing() {
    PagePool pool = new PagePool(3);
    PageTable table = new PageTable();

    assertThat(pool.extend(table, 3 * 64 + 1)).isFalse();
    assertThat(table.numPages()).isZero();
    assertThat(pool.numFree()).isEqualTo(3);

    assertThat(pool.extend(table, 3 * 64)).isTrue();
    assertThat(table.numPages()).isEqualTo(3);
    assertThat(pool.numFree()).isZero();
  }

  @Test
  void tokensThatFitTheLastPageTakeNoOther() {
    PagePool pool = new PagePool(3);
    PageTable table = new PageTable();
    pool.extend(table, 1);
    pool.extend(table, 64);
    assertThat(table.numPages()).isEqualTo(1);
    pool.extend(table, 65);
    assertThat(table.numPages()).isEqualTo(2);
  }

  @Test
  void sharedPageIsFreeOnlyWithoutItsLastOwner() {
    PagePool pool = new PagePool(1);
    PageTable table = new PageTable();
    pool.extend(table, 1);
    int page = table.ids()[0];
    pool.share(page);

    pool.release(table);
    assertThat(pool.numFree()).isZero();
    pool.release(page);
    assertThat(pool.numFree()).isEqualTo(1);
  }

  @Test
  void pageIsNotFreedTwice() {
    PagePool pool = new PagePool(2);
    PageTable table = new PageTable();
    pool.extend(table, 1);
    int page = table.ids()[0];
    pool.release(table);

    assertThatThrownBy(() -> pool.release(page))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("page " + page + ": expected an owner");
    assertThatThrownBy(() -> pool.share(page))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("expected in use, got free");
    pool.checkIntegrity();
  }

  @Test
  void foreignPageIsRefused() {
    PagePool pool = new PagePool(2);
    assertThatThrownBy(() -> pool.release(2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("page: expected 0 to 1, got 2");
    assertThatThrownBy(() -> pool.share(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void agreesWithAModelOverAMillionOperations() {
    Seeded.check(random -> new ModelCheck(random).run(350_000));
  }

  /** The pool beside the obvious: a multiset of owners for each page. */
  private static final class ModelCheck {
    private static final int NUM_PAGES = 48;
    private static final int NUM_TABLES = 12;

    private final Random random;
    private final PagePool pool = new PagePool(NUM_PAGES);
    private final List<PageTable> tables = new ArrayList<>();
    private final List<List<Integer>> expected = new ArrayList<>();

    ModelCheck(Random random) {
      this.random = random;
      for (int i = 0; i < NUM_TABLES; i++) {
        tables.add(new PageTable());
        expected.add(new ArrayList<>());
      }
    }

    void run(int numOperations) {
      for (int i = 0; i < numOperations; i++) {
        operate();
        check(i % 64 == 0);
      }
    }

    private void operate() {
      int which = random.nextInt(NUM_TABLES);
      PageTable table = tables.get(which);
      switch (random.nextInt(8)) {
        case 0, 1, 2, 3, 4 -> extend(which, table);
        case 5 -> share(which);
        default -> {
          pool.release(table);
          expected.get(which).clear();
        }
      }
    }

    private void extend(int which, PageTable table) {
      int numPages = table.numPages() + random.nextInt(5);
      boolean fits = numPages - table.numPages() <= NUM_PAGES - owned().size();
      assertThat(pool.extend(table, numPages * 64)).isEqualTo(fits);
      if (fits) {
        Set<Integer> taken = owned();
        for (int i = expected.get(which).size(); i < numPages; i++) {
          assertThat(taken.add(table.ids()[i])).as("page of two owners").isTrue();
          expected.get(which).add(table.ids()[i]);
        }
      }
    }

    /** An empty table takes the first pages of another, as a common prefix would. */
    private void share(int which) {
      List<Integer> donor = expected.get(random.nextInt(NUM_TABLES));
      if (!expected.get(which).isEmpty() || donor.isEmpty()) {
        return;
      }
      for (int page : donor.subList(0, 1 + random.nextInt(donor.size()))) {
        pool.share(page);
        tables.get(which).add(page);
        expected.get(which).add(page);
      }
    }

    private Set<Integer> owned() {
      Set<Integer> owned = new HashSet<>();
      expected.forEach(owned::addAll);
      return owned;
    }

    private void check(boolean isThorough) {
      int[] owners = new int[NUM_PAGES];
      int numUsed = 0;
      for (List<Integer> pages : expected) {
        for (int page : pages) {
          numUsed += owners[page]++ == 0 ? 1 : 0;
        }
      }
      if (pool.numFree() != NUM_PAGES - numUsed) {
        throw new AssertionError("free: expected %d".formatted(NUM_PAGES - numUsed));
      }
      for (int page = 0; page < NUM_PAGES; page++) {
        if (pool.numOwners(page) != owners[page]) {
          throw new AssertionError("owners of page %d: expected %d".formatted(page, owners[page]));
        }
      }
      if (isThorough) {
        pool.checkIntegrity();
      }
    }
  }
}
