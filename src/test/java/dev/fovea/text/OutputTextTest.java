package dev.fovea.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OutputTextTest {
  private final Tokenizer tokenizer = Tokenizer.load(Golden.directory("tokenizers/split-regex"));

  @AfterEach
  void close() {
    tokenizer.close();
  }

  private OutputText output(int minTokens, String... stops) {
    return new OutputText(
        tokenizer, new IncrementalDecoder(tokenizer, true), List.of(stops), minTokens);
  }

  /** What is shown of a text, and after a bar the stop string that ended it. */
  private String shown(OutputText output, String text) {
    StringBuilder shown = new StringBuilder();
    for (int id : tokenizer.encode(text, false)) {
      shown.append(output.append(id));
      if (output.stopString() != null) {
        return shown + "|" + output.stopString();
      }
    }
    shown.append(output.finish());
    return output.stopString() == null ? shown.toString() : shown + "|" + output.stopString();
  }

  @Test
  void aStopStringMayBeASpecialToken() {
    assertThat(shown(output(0, "<|end|>"), "the heron<|end|> and more"))
        .isEqualTo("the heron|<|end|>");
    assertThat(shown(output(0, "<|end|>"), "the heron<|user|> and more"))
        .isEqualTo("the heron and more");
  }

  @Test
  void aStopStringMayHaveASpecialTokenInIt() {
    assertThat(shown(output(0, "heron<|end|><|user|> and"), "the heron<|end|><|user|> and more"))
        .isEqualTo("the |heron<|end|><|user|> and");
    assertThat(shown(output(0, "heron<|end|>x"), "the heron<|end|><|user|> and more"))
        .as("held back, then shown without its special tokens")
        .isEqualTo("the heron and more");
    assertThat(shown(output(0, "heron<|end|>x"), "the heron<|end|>"))
        .as("held back until the end")
        .isEqualTo("the heron");
  }

  @Test
  void otherStopStringsSeeWhatIsShown() {
    assertThat(shown(output(0, "ab", "<|end|>"), "xa<|user|>b<|end|>")).isEqualTo("x|ab");
    assertThat(shown(output(0, "zz", "<|end|>"), "xa<|user|>b<|end|>")).isEqualTo("xab|<|end|>");
    assertThat(shown(output(0, "heron a", "<|end|>"), "heron <|end|>")).isEqualTo("heron |<|end|>");
  }

  @Test
  void theEndIsTheSameHoweverStopStringsAreMixed() {
    String text = "one<|end|>two three<|user|>four";
    for (String stop : List.of("two", "e<|end|>t", "three<|user|>", "four", "nothing")) {
      String alone = shown(output(0, stop), text);
      assertThat(shown(output(0, stop, "<|assistant|>", "never"), text)).isEqualTo(alone);
    }
  }

  @Test
  void noStopStringEndsATextBeforeItsFirstTokens() {
    int[] ids = tokenizer.encode("stop stop stop stop stop stop", false);
    List<Integer> numTokens =
        IntStream.range(0, ids.length)
            .mapToObj(
                minTokens -> {
                  OutputText output = output(minTokens, "stop");
                  int given = 0;
                  while (given < ids.length && output.stopString() == null) {
                    output.append(ids[given++]);
                  }
                  return given;
                })
            .toList();
    for (int minTokens = 0; minTokens < ids.length; minTokens++) {
      assertThat(numTokens.get(minTokens)).isGreaterThan(minTokens);
    }
    assertThat(numTokens.get(0)).isLessThan(ids.length);
  }

  @Test
  void theFirstTokensAreShownAtOnceAndSpecialOnesCount() {
    OutputText output = output(2, "heron", "<|end|>");
    int end = tokenizer.tokenId("<|end|>").getAsInt();
    int[] word = tokenizer.encode("a", false);
    String shown = Stream.of(word[0], end, word[0]).map(output::append).reduce("", String::concat);
    assertThat(shown).isEqualTo("aa");
    assertThat(output.stopString()).isNull();
    output.append(end);
    assertThat(output.stopString()).isEqualTo("<|end|>");
  }
}
