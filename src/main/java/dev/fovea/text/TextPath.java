package dev.fovea.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/**
 * What normalizer and pre-tokenizer may do to the length of a text before a model sees it. Filled
 * by a walk over them, not changed afterwards.
 */
final class TextPath {
  /** The longest spelling of a character in bytes and in characters, by Unicode's tables. */
  private static final int UNICODE_SHRINK = 4;

  /** What a character may become in Unicode's normal forms. */
  private static final int UNICODE_GROWTH = 18;

  private boolean isByteLevel;
  private boolean losesText;
  private boolean losesSpace;
  private boolean changesAscii;
  private boolean changesText;
  private double byteShrink = 1;
  private double characterShrink = 1;
  private long growth = 1;
  private long prepended;

  private TextPath() {}

  static TextPath of(TokenizerFile file) {
    TextPath path = new TextPath();
    path.normalize(file.part("normalizer"));
    path.split(file.part("pre_tokenizer"));
    return path;
  }

  private void normalize(JsonNode node) {
    String type = node.path("type").asText();
    if (type.isEmpty()) {
      return;
    }
    if (type.equals("Sequence")) {
      node.path("normalizers").forEach(this::normalize);
      return;
    }
    // What happens to bytes that are spelled already is not looked into.
    losesText |= isByteLevel;
    switch (type) {
      case "ByteLevel" -> isByteLevel = true;
      case "NFC", "NFD", "NFKC", "NFKD" -> shrink(UNICODE_SHRINK, UNICODE_SHRINK);
      case "Lowercase" -> {
        changesAscii = true;
        shrink(3, 1);
      }
      case "Strip" -> losesSpace = true;
      case "Prepend" -> {
        changesText = true;
        prepended = prepended * growth + bytes(node.path("prepend").asText());
      }
      case "Replace" -> replace(node);
      default -> losesText = true;
    }
  }

  private void shrink(double bytes, double characters) {
    changesText = true;
    byteShrink *= bytes;
    characterShrink *= characters;
  }

  /** A text for a text; what a regular expression takes away cannot be told. */
  private void replace(JsonNode node) {
    String pattern = node.path("pattern").path("String").asText("");
    String content = node.path("content").asText("");
    if (pattern.isEmpty() || content.isEmpty()) {
      losesText = true;
      return;
    }
    changesAscii = true;
    shrink(
        Math.max(1, (double) bytes(pattern) / bytes(content)),
        Math.max(1, (double) characters(pattern) / characters(content)));
    growth *= bytes(content);
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static int characters(String text) {
    return text.codePointCount(0, text.length());
  }

  private void split(JsonNode node) {
    switch (node.path("type").asText()) {
      case "", "Digits", "FixedLength", "UnicodeScripts" -> {}
      case "Sequence" -> node.path("pretokenizers").forEach(this::split);
      case "ByteLevel" -> {
        losesText |= isByteLevel;
        isByteLevel = true;
      }
      case "BertPreTokenizer", "Whitespace", "WhitespaceSplit" -> losesSpace = true;
      case "Metaspace" -> {
        losesText |= isByteLevel;
        changesText = true;
        changesAscii = true;
      }
      case "Punctuation", "Split" -> losesText |= node.path("behavior").asText().equals("Removed");
      default -> losesText = true;
    }
  }

  /** Whether the model sees bytes, each as a character. */
  boolean isByteLevel() {
    return isByteLevel;
  }

  /** Whether any text may get lost, in any length. */
  boolean losesText() {
    return losesText;
  }

  boolean losesSpace() {
    return losesSpace;
  }

  /** Whether a text of ASCII alone may change, byte-level spelling apart. */
  boolean changesAscii() {
    return changesAscii;
  }

  boolean changesText() {
    return changesText;
  }

  /** So many bytes may become one. */
  double byteShrink() {
    return byteShrink;
  }

  /** So many characters may become one. */
  double characterShrink() {
    return characterShrink;
  }

  /** How long a part of a text may be that is {@code token} once both are normalized. */
  int longestNormalized(AddedToken token) {
    String content = token.content();
    boolean isAscii = content.chars().allMatch(c -> c < 0x80);
    double longest = (double) bytes(content) * (isAscii ? 1 : UNICODE_GROWTH) * growth + prepended;
    return (int) Math.min(Integer.MAX_VALUE, longest);
  }
}
