package dev.fovea.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  @TempDir Path directory;

  private static Tokenizer load(String name) {
    return Tokenizer.load(Golden.directory("tokenizers/" + name));
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "split-regex"})
  void textsAreEncodedAndDecodedAsByTransformers(String name) {
    JsonNode golden = Golden.read("encodings.json").get(name);
    try (Tokenizer tokenizer = load(name)) {
      for (JsonNode row : golden.get("texts")) {
        String text = row.get("text").textValue();
        int[] ids = Golden.ints(row.get("idsWithSpecialTokens"));
        assertThat(tokenizer.encode(text, false)).as(text).isEqualTo(Golden.ints(row.get("ids")));
        assertThat(tokenizer.encode(text, true)).as(text).isEqualTo(ids);
        assertThat(tokenizer.decode(ids, true)).isEqualTo(row.get("decoded").textValue());
        assertThat(tokenizer.decode(ids, false))
            .isEqualTo(row.get("decodedWithSpecialTokens").textValue());
      }
      for (JsonNode row : golden.get("noise")) {
        assertThat(tokenizer.decode(Golden.ints(row.get("ids")), true))
            .isEqualTo(row.get("decoded").textValue());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "split-regex"})
  void theVocabularyIsThatOfTheFile(String name) {
    JsonNode golden = Golden.read("encodings.json").get(name);
    try (Tokenizer tokenizer = load(name)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(golden.get("vocabularySize").intValue());
      List<Integer> special =
          IntStream.range(0, tokenizer.vocabularySize())
              .filter(tokenizer::isSpecial)
              .boxed()
              .toList();
      assertThat(special)
          .isEqualTo(IntStream.of(Golden.ints(golden.get("specialIds"))).boxed().toList());
      golden
          .get("tokens")
          .properties()
          .forEach(
              token -> {
                int id = Integer.parseInt(token.getKey());
                assertThat(tokenizer.tokenText(id)).contains(token.getValue().textValue());
                assertThat(tokenizer.tokenId(token.getValue().textValue())).hasValue(id);
              });
      assertThat(tokenizer.tokenText(tokenizer.vocabularySize())).isEmpty();
      assertThat(tokenizer.tokenText(-1)).isEmpty();
      assertThat(tokenizer.tokenId("no such token")).isEmpty();
    }
  }

  @Test
  void specialTokensAreReadAsTextAndAsObjects() {
    try (Tokenizer tokenizer = load("metaspace")) {
      assertThat(tokenizer.specialTokens().bos()).contains("<s>");
      assertThat(tokenizer.specialTokens().eos()).contains("</s>");
      assertThat(tokenizer.specialTokens().unknown()).contains("<unk>");
      assertThat(tokenizer.specialTokens().pad()).isEmpty();
    }
  }

  @Test
  void longTextsAreNotTruncated() {
    try (Tokenizer tokenizer = load("byte-level")) {
      String text = "The heron watched the harbour. ".repeat(5000);
      assertThat(tokenizer.decode(tokenizer.encode(text, true), true)).isEqualTo(text);
    }
  }

  @Test
  void idsWithoutATokenDecodeToNothing() {
    try (Tokenizer tokenizer = load("byte-level")) {
      int[] ids = tokenizer.encode("heron", false);
      int[] padded = IntStream.concat(IntStream.of(ids), IntStream.of(-1, 99_999)).toArray();
      assertThat(tokenizer.decode(padded, true)).isEqualTo("heron");
      assertThat(tokenizer.decode(new int[] {-1, 99_999}, true)).isEmpty();
      assertThat(tokenizer.decode(new int[0], true)).isEmpty();
    }
  }

  @Test
  void halfACharacterCountsAsReplacement() {
    try (Tokenizer tokenizer = load("byte-level")) {
      assertThat(tokenizer.encode("a\ud83dz\ude00", false))
          .isEqualTo(tokenizer.encode("a\ufffdz\ufffd", false));
    }
  }

  @Test
  void manyThreadsShareOneTokenizer() {
    try (Tokenizer tokenizer = load("metaspace")) {
      String text = "Grüße 😀 the heron watched the harbour";
      int[] expected = tokenizer.encode(text, true);
      assertThat(
              IntStream.range(0, 500)
                  .parallel()
                  .allMatch(
                      i ->
                          java.util.Arrays.equals(tokenizer.encode(text, true), expected)
                              && tokenizer.decode(expected, true).equals(text)))
          .isTrue();
    }
  }

  @Test
  void aClosedTokenizerSaysSo() {
    Tokenizer tokenizer = load("byte-level");
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("a", true))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("close");
  }

  private void copyTokenizer(String config) throws IOException {
    Files.copy(
        Golden.directory("tokenizers/metaspace").resolve("tokenizer.json"),
        directory.resolve("tokenizer.json"));
    Files.writeString(directory.resolve("tokenizer_config.json"), config);
  }

  @Test
  void switchesOfALlamaTokenizerDecideAboutBosAndEos() throws IOException {
    copyTokenizer(
        "{\"tokenizer_class\": \"LlamaTokenizerFast\", \"add_bos_token\": false,"
            + " \"add_eos_token\": true}");
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      int[] ids = tokenizer.encode("heron", true);
      assertThat(ids[0]).isNotEqualTo(1);
      assertThat(ids[ids.length - 1]).isEqualTo(2);
      assertThat(tokenizer.encode("heron", false))
          .isEqualTo(java.util.Arrays.copyOf(ids, ids.length - 1));
    }
  }

  @Test
  void withoutAConfigurationTheFileDecides() throws IOException {
    copyTokenizer("{}");
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      assertThat(tokenizer.encode("heron", true)[0]).isEqualTo(1);
      assertThat(tokenizer.specialTokens().bos()).isEmpty();
    }
  }

  @Test
  void aSpecialTokenOutsideTheVocabularyIsAddedToIt() throws IOException {
    copyTokenizer("{\"pad_token\": \"<nope>\"}");
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      int[] ids = tokenizer.encode("heron<nope>", false);
      assertThat(ids[ids.length - 1]).isEqualTo(tokenizer.vocabularySize() - 1);
      assertThat(tokenizer.isSpecial(tokenizer.vocabularySize() - 1)).isTrue();
      assertThat(tokenizer.decode(ids, true)).isEqualTo("heron");
    }
  }

  @Test
  void aSentencePieceOnlyCheckpointIsRefusedWithAWayOut() throws IOException {
    Files.write(directory.resolve("tokenizer.model"), new byte[] {1, 2, 3});
    assertThatThrownBy(() -> Tokenizer.load(directory))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("tokenizer.model")
        .hasMessageContaining("save_pretrained")
        .hasMessageNotContaining("\n");
  }

  @Test
  void missingAndBrokenFilesAreNamed() throws IOException {
    assertThatThrownBy(() -> Tokenizer.load(directory))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("tokenizer.json");
    assertThatThrownBy(() -> Tokenizer.load(directory.resolve("nowhere")))
        .isInstanceOf(TokenizerException.class)
        .hasMessageContaining("no directory");
    for (String text :
        List.of(
            "",
            "{",
            "[]",
            "{}",
            "{\"model\": {\"vocab\": {\"a\": \"x\"}}}",
            "{\"model\": {\"vocab\": {\"a\": -1}}}",
            "{\"model\": {\"vocab\": {\"a\": 1e9}}}",
            "{\"model\": {\"type\": \"Nope\", \"vocab\": {\"a\": 0}}}",
            "{\"added_tokens\": [{\"id\": 1}], \"model\": {}}")) {
      Files.writeString(directory.resolve("tokenizer.json"), text);
      assertThatThrownBy(() -> Tokenizer.load(directory))
          .as(text)
          .isInstanceOf(TokenizerException.class)
          .hasMessageContaining("tokenizer.json");
    }
  }
}
