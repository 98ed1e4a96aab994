package dev.fovea.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.FoveaConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What a user types is taken as it stands. */
class LiteralOptionsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a${user.name}b",
        "${no.such.key}",
        "${user.name:x}",
        "a$$b",
        "$",
        "\\$x",
        "\\\\$$\\${user.name}",
        "a\\b",
        "a\\",
        "#{x}%s%n",
        "${sys:user.name}",
        "a::b",
        "日本 модель"
      })
  void valuesAreNotExpanded(String value) {
    ModelOptions options = new ModelOptions();
    CommandLine.populateCommand(options, "--model", value, "--served-model-name", value + ",other");

    FoveaConfig config = Settings.with(options.properties());
    assertThat(config.model()).hasValue(value);
    assertThat(config.servedModelName().orElseThrow()).containsExactly(value, "other");
  }

  @Test
  void anAtNamesNoFile(@TempDir Path folder) throws Exception {
    String prompt = "@" + Files.writeString(folder.resolve("options"), "--chat");
    CommandLine.ParseResult parsed =
        FoveaCommand.commandLine().parseArgs("generate", "--prompt", prompt).subcommand();
    assertThat(parsed.<String>matchedOptionValue("--prompt", null)).isEqualTo(prompt);
  }
}
