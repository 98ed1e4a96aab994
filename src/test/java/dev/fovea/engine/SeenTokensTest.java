package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.model.Draw;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SeenTokensTest {

  @Test
  void countsEachIdOfTheOutputAndKnowsThoseOfThePrompt() {
    Seeded.check(
        random -> {
          SeenTokens seen = new SeenTokens();
          Map<Integer, Integer> expected = new HashMap<>();
          for (int i = 0; i < 20_000; i++) {
            int id = random.nextInt(1 + random.nextInt(150_000));
            if (i < 5_000) {
              seen.addPrompt(id);
              expected.putIfAbsent(id, 0);
            } else {
              seen.addOutput(id);
              expected.merge(id, 1, Integer::sum);
            }
          }
          assertThat(asMap(seen.view())).isEqualTo(expected);
        });
  }

  private static Map<Integer, Integer> asMap(Draw.Seen seen) {
    Map<Integer, Integer> map = new HashMap<>();
    for (int i = 0; i < seen.numIds(); i++) {
      assertThat(map.put(seen.ids()[i], seen.counts()[i])).as("an id listed twice").isNull();
    }
    return map;
  }
}
