package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
}
