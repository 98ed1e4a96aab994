package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentlyUsedTest {
  private final List<String> dropped = new ArrayList<>();
  private final List<Integer> made = new ArrayList<>();
  private final RecentlyUsed<Integer, String> values = new RecentlyUsed<>(3, dropped::add);

  private String get(int key) {
    return values.get(
        key,
        missing -> {
          made.add(missing);
          return "value " + missing;
        });
  }

  @Test
  void aValueIsMadeOnceWhileItIsKept() {
    assertThat(get(1)).isEqualTo("value 1").isSameAs(get(1));
    assertThat(made).containsExactly(1);
  }

  @Test
  void theLongestUnusedMakesRoom() {
    for (int key : new int[] {1, 2, 3, 1, 4, 5}) {
      get(key);
    }
    assertThat(dropped).containsExactly("value 2", "value 3");
    get(1);
    assertThat(made).containsExactly(1, 2, 3, 4, 5);
    get(2);
    assertThat(made).endsWith(5, 2);
    assertThat(dropped).endsWith("value 4");
  }

  @Test
  void clearingDropsEveryValueOnce() {
    get(1);
    get(2);
    values.clear();
    values.clear();
    assertThat(dropped).containsExactly("value 1", "value 2");
  }
}
