package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Advice is followed where it can be, and left out with a warning where it cannot. */
class GenerationConfigTest {
  private static final int VOCABULARY = 100;

  @TempDir Path directory;

  @Test
  void whatCanBeFollowedIs() throws IOException {
    GenerationConfig read =
        read(
            """
            {"eos_token_id": [5, 6], "temperature": 0.6, "top_k": 20, "top_p": 1, "min_p": 0.0,
             "repetition_penalty": 1.1, "max_new_tokens": 300, "do_sample": true}""");
    assertThat(read)
        .isEqualTo(
            new GenerationConfig(
                List.of(5, 6),
                300,
                new GenerationConfig.Defaults(0.6, 1.0, 20, 0.0, 1.1),
                List.of()));
    assertThat(read("{\"top_k\": -1}").defaults().topK()).isZero();
    assertThat(read("{\"top_k\": null, \"eos_token_id\": null}")).isEqualTo(read("{}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "top_p | 0.0",
        "top_p | 1.5",
        "top_p | \"0.9\"",
        "top_p | NaN",
        "temperature | 3",
        "temperature | -1",
        "temperature | [0.5]",
        "temperature | Infinity",
        "temperature | NaN",
        "top_k | 50.0",
        "top_k | 1e99",
        "top_k | -2",
        "top_k | true",
        "min_p | -0.1",
        "min_p | {}",
        "repetition_penalty | 0",
        "repetition_penalty | \"1\"",
        "max_new_tokens | 0",
        "max_new_tokens | 18446744073709551616",
        "eos_token_id | -1",
        "eos_token_id | \"2\"",
        "eos_token_id | 2.0",
        "eos_token_id | 100",
        "eos_token_id | {\"a\": 1}",
      })
  void whatCannotBeFollowedIsLeftOutByName(String field, String value) throws IOException {
    GenerationConfig read = read("{\"%s\": %s}".formatted(field, value));
    assertThat(read.eos()).isEmpty();
    assertThat(read.maxNewTokens()).isNull();
    assertThat(read.defaults()).isEqualTo(GenerationConfig.Defaults.NONE);
    assertThat(read.warnings())
        .singleElement()
        .asString()
        .startsWith("generation_config.json: " + field + " is left out: expected")
        .doesNotContain("\n");
  }

  @Test
  void endIdsThatAreSomeAreKept() throws IOException {
    GenerationConfig read = read("{\"eos_token_id\": [-1, 7, null, 100, 8]}");
    assertThat(read.eos()).containsExactly(7, 8);
    assertThat(read.warnings()).hasSize(3);
  }

  @Test
  void aFileThatIsNoneIsLeftOutAsAWhole() throws IOException, InterruptedException {
    for (String text : List.of("", "{", "[]", "null", "{\"a\": 1, \"a\": 2}", "{} {}")) {
      assertThat(read(text).warnings()).as(text).hasSize(1);
      assertThat(read(text).eos()).isEmpty();
    }
    Path file = directory.resolve(GenerationConfig.FILE);
    Files.delete(file);
    assertThat(GenerationConfig.read(directory, VOCABULARY).warnings()).isEmpty();
    assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
    assertThat(GenerationConfig.read(directory, VOCABULARY).warnings())
        .singleElement()
        .asString()
        .contains("expected a regular file");
  }

  private GenerationConfig read(String json) throws IOException {
    Files.writeString(directory.resolve(GenerationConfig.FILE), json);
    return GenerationConfig.read(directory, VOCABULARY);
  }
}
