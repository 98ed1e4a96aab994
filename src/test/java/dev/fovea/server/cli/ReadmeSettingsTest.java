package dev.fovea.server.cli;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.SettingKeys;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** README's table of settings is what the configuration and the command line have. */
class ReadmeSettingsTest {
  private static final Pattern ROW =
      Pattern.compile(
          "\\| `((?:fovea|quarkus)\\.[^`]+)` \\| (?:`(--[^`]+)`)? ?\\| ([^|]+) \\| [^|]+ \\|");

  /** Its own table is in SECURITY.md. */
  private static final String LIMITS = "fovea.limits.";

  private record Row(String option, String absent) {}

  @Test
  void everySettingHasItsRowAndEveryRowItsSetting() throws IOException {
    List<String> ours =
        rows().keySet().stream().filter(key -> key.startsWith("fovea.")).sorted().toList();

    assertThat(ours)
        .isEqualTo(
            SettingKeys.all().keySet().stream()
                .filter(key -> !key.startsWith(LIMITS))
                .sorted()
                .toList());
  }

  @Test
  void aRowHasTheDefaultThatTheSettingHas() throws IOException {
    Map<String, Row> rows = rows();
    SettingKeys.all()
        .forEach(
            (key, setting) -> {
              WithDefault absent = setting.getAnnotation(WithDefault.class);
              if (absent != null && rows.containsKey(key)) {
                assertThat(rows.get(key).absent()).as(key).isEqualTo(absent.value());
              }
            });
  }

  @Test
  void aRowHasTheOptionThatSetsItAndNoOther() throws IOException {
    Map<String, List<String>> options =
        new CommandLine(new ServeCommand())
            .getCommandSpec().options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .collect(toMap(ReadmeSettingsTest::keyOf, option -> List.of(option.names())));
    rows()
        .forEach(
            (key, row) -> {
              if (row.option() == null) {
                assertThat(options).as(key).doesNotContainKey(key);
              } else {
                assertThat(options.get(key)).as(key).contains(row.option());
              }
            });
  }

  private static Map<String, Row> rows() throws IOException {
    Map<String, Row> rows = new TreeMap<>();
    Matcher row = ROW.matcher(Files.readString(Path.of("README.md")));
    while (row.find()) {
      assertThat(rows.put(row.group(1), new Row(row.group(2), row.group(3)))).isNull();
    }
    assertThat(rows).hasSizeGreaterThan(10);
    return rows;
  }

  /** The one key that the command sets when this option alone is given. */
  private static String keyOf(OptionSpec option) {
    ServeCommand command = new ServeCommand();
    String[] given =
        option.arity().max() == 0
            ? new String[] {option.longestName()}
            : new String[] {option.longestName(), sample(option.type())};
    new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(given);
    assertThat(command.properties()).as(option.longestName()).hasSize(1);
    return command.properties().keySet().iterator().next();
  }

  private static String sample(Class<?> type) {
    return type.isEnum() ? type.getEnumConstants()[0].toString() : "1";
  }
}
