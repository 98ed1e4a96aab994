package dev.fovea.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IncrementalDecoderTest {
  private static final String[] PIECES = {
    " ",
    "  ",
    "\n",
    "the",
    " heron",
    "Zürich",
    "東京",
    "行きました",
    "😀",
    "👨\u200d👩\u200d👧",
    "🇩🇪",
    "e\u0301",
    "a\u0308\u0323",
    "مرحبا",
    "नमस्ते",
    "x",
    "1987",
    "...",
    "\t",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "<tool>",
    "\u00a0",
    "½"
  };

  private static Tokenizer load(String name) {
    return Tokenizer.load(Golden.directory("tokenizers/" + name));
  }

  private static List<String> stream(IncrementalDecoder decoder, int[] ids) {
    List<String> pieces = new ArrayList<>();
    for (int id : ids) {
      pieces.add(decoder.append(id));
    }
    pieces.add(decoder.finish());
    return pieces;
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "split-regex"})
  void theStreamIsTheWholeDecodedText(String name) {
    Random random = new Random(5);
    try (Tokenizer tokenizer = load(name)) {
      for (int round = 0; round < 400; round++) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(30); i >= 0; i--) {
          text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        int[] ids = tokenizer.encode(text.toString(), random.nextBoolean());
        boolean skipsSpecial = random.nextBoolean();
        List<String> pieces = stream(new IncrementalDecoder(tokenizer, skipsSpecial), ids);
        assertThat(String.join("", pieces)).isEqualTo(tokenizer.decode(ids, skipsSpecial));
        assertThat(pieces).noneMatch(piece -> piece.contains("\ufffd"));
        assertThat(pieces)
            .noneMatch(
                piece ->
                    !piece.isEmpty()
                        && (Character.isLowSurrogate(piece.charAt(0))
                            || Character.isHighSurrogate(piece.charAt(piece.length() - 1))));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "split-regex"})
  void goldenTextsStreamWithTheirSpecialTokensSkipped(String name) {
    try (Tokenizer tokenizer = load(name)) {
      for (JsonNode row : Golden.read("encodings.json").get(name).get("texts")) {
        int[] ids = Golden.ints(row.get("idsWithSpecialTokens"));
        List<String> pieces = stream(new IncrementalDecoder(tokenizer, true), ids);
        assertThat(String.join("", pieces)).isEqualTo(row.get("decoded").textValue());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "split-regex"})
  void aContinuationJoinsItsPromptWithoutASeam(String name) {
    String text = "the old map, in 1987 😀 東京 Grüße from the harbour 👨\u200d👩\u200d👧 again";
    try (Tokenizer tokenizer = load(name)) {
      int[] ids = tokenizer.encode(text, true);
      for (int cut = 1; cut < ids.length; cut++) {
        int[] prompt = Arrays.copyOf(ids, cut);
        int[] rest = Arrays.copyOfRange(ids, cut, ids.length);
        String shown = completeText(tokenizer, prompt);
        List<String> pieces = stream(new IncrementalDecoder(tokenizer, true, prompt), rest);
        assertThat(shown + String.join("", pieces)).as("cut %d", cut).isEqualTo(text);
      }
    }
  }

  /** The text of the tokens up to the last whole character. */
  private static String completeText(Tokenizer tokenizer, int[] ids) {
    int end = ids.length;
    while (tokenizer.decode(Arrays.copyOf(ids, end), true).endsWith("\ufffd")) {
      end--;
    }
    return tokenizer.decode(Arrays.copyOf(ids, end), true);
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "split-regex"})
  void noiseIsAnsweredSoonAndNeverTakenBack(String name) {
    Random random = new Random(9);
    try (Tokenizer tokenizer = load(name)) {
      for (int round = 0; round < 200; round++) {
        int[] ids =
            IntStream.range(0, 60)
                .map(i -> random.nextInt(tokenizer.vocabularySize() + 3))
                .toArray();
        IncrementalDecoder decoder = new IncrementalDecoder(tokenizer, true);
        int numSilent = 0;
        for (int id : ids) {
          numSilent = decoder.append(id).isEmpty() ? numSilent + 1 : 0;
          assertThat(numSilent).isLessThan(24);
        }
        decoder.finish();
        assertThat(decoder.finish()).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "split-regex"})
  void brokenBytesComeOutAsReplacementsAndTheTextGoesOn(String name) {
    try (Tokenizer tokenizer = load(name)) {
      int[] emoji = tokenizer.encode("😀", false);
      int lead = emoji[emoji.length - 2];
      int[] word = tokenizer.encode("heron", false);
      IncrementalDecoder decoder = new IncrementalDecoder(tokenizer, true);
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        out.append(decoder.append(lead));
      }
      assertThat(out.length()).isBetween(16, 40);
      for (int id : word) {
        out.append(decoder.append(id));
      }
      out.append(decoder.finish());
      assertThat(out.toString()).matches("\ufffd+ ?heron");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "split-regex"})
  void anIncompleteCharacterIsShownOnlyAtTheEnd(String name) {
    try (Tokenizer tokenizer = load(name)) {
      int[] ids = tokenizer.encode("heron 😀", false);
      IncrementalDecoder decoder = new IncrementalDecoder(tokenizer, true);
      StringBuilder out = new StringBuilder();
      for (int i = 0; i < ids.length - 1; i++) {
        out.append(decoder.append(ids[i]));
      }
      assertThat(out.toString().strip()).isEqualTo("heron");
      assertThat(decoder.finish()).contains("\ufffd");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "metaspace", "split-regex"})
  void whatThePromptEndsInIsNotSaidAgain(String name) {
    try (Tokenizer tokenizer = load(name)) {
      int[] emoji = tokenizer.encode("a😀", false);
      for (String rest : List.of("heron", " the", "1987", "")) {
        int[] next = tokenizer.encode(rest, false);
        int[] replacement = tokenizer.encode("a\ufffd", false);
        assertThat(String.join("", stream(after(tokenizer, replacement), next)).strip())
            .as("U+FFFD, then " + rest)
            .isEqualTo(rest.strip());
        for (int cut = 1; cut < 4; cut++) {
          int[] begun = Arrays.copyOf(emoji, emoji.length - cut);
          assertThat(String.join("", stream(after(tokenizer, begun), next)).strip())
              .as(cut + " bytes missing, then " + rest)
              .isEqualTo(rest.strip());
        }
      }
    }
  }

  private static IncrementalDecoder after(Tokenizer tokenizer, int[] prompt) {
    return new IncrementalDecoder(tokenizer, true, prompt);
  }
}
