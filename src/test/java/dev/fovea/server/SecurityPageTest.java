package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** SECURITY.md names each limit, with the default that it has. */
class SecurityPageTest {
  private static final Pattern ROW =
      Pattern.compile("\\| [^|]+ \\| `(fovea\\.[^`]+)` \\| ([^|]+) \\| [^|]+ \\|");

  @Test
  void everyLimitHasItsRowAndEveryRowItsSetting() throws IOException {
    assertThat(SettingKeys.all().keySet()).containsAll(rows().keySet());
    assertThat(rows().keySet())
        .containsAll(
            SettingKeys.all().keySet().stream()
                .filter(key -> key.startsWith("fovea.limits."))
                .toList());
  }

  @Test
  void aRowHasTheDefaultThatTheSettingHas() throws IOException {
    rows()
        .forEach(
            (key, shown) -> {
              WithDefault set = SettingKeys.all().get(key).getAnnotation(WithDefault.class);
              if (set == null) {
                assertThat(shown).as(key).doesNotContainPattern("^\\d+\\S*$");
              } else {
                assertThat(shown).as(key).isEqualTo(set.value());
              }
            });
  }

  private static Map<String, String> rows() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(Path.of("SECURITY.md")));
    while (row.find()) {
      assertThat(rows.put(row.group(1), row.group(2))).as(row.group(1)).isNull();
    }
    assertThat(rows).hasSizeGreaterThan(8);
    return rows;
  }
}
