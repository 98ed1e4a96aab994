package dev.fovea.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextFloorTest {
  private static final List<String> PIECES =
      List.of(
          "the harbour ",
          "a",
          "    ",
          "\n\n\t",
          "Grüße",
          "東京",
          "😀",
          "e\u0301",
          "\u212a\u0327",
          "\u03b9\u0308\u0301",
          "ﬃ",
          "𝐀",
          "½",
          "<s>",
          "<|end|>",
          "  <tool>  ",
          "\u2003\u3000",
          "1987",
          "\u0000\ue000",
          "word",
          "ΑΪ́",
          "▁▁▁",
          "\u1100\u1161\u11a8",
          "\u0041\u030a",
          "x");

  @TempDir Path directory;

  private static Tokenizer shipped(String name) {
    return Tokenizer.load(Golden.directory("tokenizers/" + name));
  }

  /** Texts of every kind, of which many repeat one piece. */
  private static void assertSound(Tokenizer tokenizer, int numTexts, String what) {
    Random random = new Random(5);
    for (int i = 0; i < numTexts; i++) {
      StringBuilder text = new StringBuilder();
      int numPieces = 1 + random.nextInt(12);
      for (int k = 0; k < numPieces; k++) {
        String piece = PIECES.get(random.nextInt(PIECES.size()));
        text.append(piece.repeat(random.nextInt(4) == 0 ? random.nextInt(80) : 1));
      }
      String whole = text.toString();
      assertThat(tokenizer.minTokens(whole, true))
          .as(what + ": " + whole)
          .isLessThanOrEqualTo(tokenizer.encode(whole, true).length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "split-regex"})
  void noTextHasFewerTokens(String name) {
    try (Tokenizer tokenizer = shipped(name)) {
      assertSound(tokenizer, 300, name);
    }
  }

  @ParameterizedTest
  @CsvSource({"byte-level, 20", "metaspace, 80", "split-regex, 20"})
  void aTextThatCannotFitIsToldByItsLength(String name, int longest) {
    try (Tokenizer tokenizer = shipped(name)) {
      assertThat(tokenizer.minTokens("a".repeat(1 << 20), false))
          .isGreaterThan((1 << 20) / longest);
      assertThat(tokenizer.minTokens("東京".repeat(1 << 18), false))
          .isGreaterThan((1 << 18) / longest);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'normalizer': {'type': 'NFC'}}",
        "{'normalizer': {'type': 'NFD'}}",
        "{'normalizer': {'type': 'NFKC'}}",
        "{'normalizer': {'type': 'NFKD'}}",
        "{'normalizer': {'type': 'Lowercase'}}",
        "{'normalizer': {'type': 'Strip', 'strip_left': true, 'strip_right': true}}",
        "{'normalizer': {'type': 'StripAccents'}}",
        "{'normalizer': {'type': 'Nmt'}}",
        "{'normalizer': {'type': 'Prepend', 'prepend': 'the '}}",
        "{'normalizer': {'type': 'Replace', 'pattern': {'String': 'word'}, 'content': ''}}",
        "{'normalizer': {'type': 'Replace', 'pattern': {'String': 'word'}, 'content': 'w'}}",
        "{'normalizer': {'type': 'Replace', 'pattern': {'Regex': '[a-z]+'}, 'content': 'w'}}",
        "{'normalizer': {'type': 'Sequence', 'normalizers': [{'type': 'NFKC'},"
            + " {'type': 'Lowercase'}, {'type': 'Strip', 'strip_left': true,"
            + " 'strip_right': false}]}}",
        "{'normalizer': {'type': 'BertNormalizer', 'clean_text': true,"
            + " 'handle_chinese_chars': true, 'strip_accents': true, 'lowercase': true}}",
        "{'pre_tokenizer': {'type': 'Whitespace'}}",
        "{'pre_tokenizer': {'type': 'WhitespaceSplit'}}",
        "{'pre_tokenizer': {'type': 'BertPreTokenizer'}}",
        "{'pre_tokenizer': {'type': 'CharDelimiterSplit', 'delimiter': 'a'}}",
        "{'pre_tokenizer': {'type': 'Split', 'pattern': {'String': 'a'},"
            + " 'behavior': 'Removed', 'invert': false}}",
        "{'pre_tokenizer': {'type': 'Split', 'pattern': {'String': 'a'},"
            + " 'behavior': 'Removed', 'invert': true}}",
        "{'pre_tokenizer': {'type': 'Sequence', 'pretokenizers': [{'type': 'Digits',"
            + " 'individual_digits': true}, {'type': 'ByteLevel', 'add_prefix_space': true,"
            + " 'trim_offsets': true, 'use_regex': true}]}}",
        "{'pre_tokenizer': {'type': 'Metaspace', 'replacement': '▁',"
            + " 'prepend_scheme': 'always', 'split': true}}",
        "{'added_tokens': [{'id': 0, 'content': '<tool>', 'lstrip': true, 'rstrip': true,"
            + " 'single_word': false, 'normalized': false, 'special': false}]}",
        "{'added_tokens': [{'id': 0, 'content': 'ﬃ½', 'lstrip': false, 'rstrip': false,"
            + " 'single_word': false, 'normalized': true, 'special': false}],"
            + " 'normalizer': {'type': 'NFKC'}}",
      })
  void noTextHasFewerTokensWhateverIsDoneToItFirst(String change) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    for (String name : List.of("byte-level", "metaspace", "split-regex")) {
      Path original = Golden.directory("tokenizers/" + name).resolve("tokenizer.json");
      ObjectNode file = (ObjectNode) mapper.readTree(original.toFile());
      file.setAll((ObjectNode) mapper.readTree(change.replace('\'', '"')));
      mapper.writeValue(directory.resolve("tokenizer.json").toFile(), file);
      try (Tokenizer tokenizer = Tokenizer.load(directory)) {
        assertSound(tokenizer, 30, name + " " + change);
      }
    }
  }

  @Test
  void whatAModelDoesNotKnowCountsForNothing() throws IOException {
    Files.writeString(
        directory.resolve("tokenizer.json"),
        "{\"model\": {\"type\": \"WordLevel\", \"unk_token\": \"a\", \"vocab\": {\"a\": 0}}}");
    try (Tokenizer tokenizer = Tokenizer.load(directory)) {
      String text = "b".repeat(1000);
      assertThat(tokenizer.encode(text, false)).hasSize(1);
      assertThat(tokenizer.minTokens(text, false)).isLessThanOrEqualTo(1);
    }
  }
}
