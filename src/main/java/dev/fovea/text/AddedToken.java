package dev.fovea.text;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A token that is looked for in a text before anything else splits it.
 *
 * @param content as it is spelled; never empty
 * @param isSpecial whether decoding may skip it
 * @param isNormalized whether it is looked for in the normalized text
 * @param strip whether it takes the white space before and behind it along
 */
record AddedToken(
    String content, boolean isSpecial, boolean isNormalized, boolean isSingleWord, Strip strip) {

  /** White space that belongs to a token. */
  record Strip(boolean left, boolean right) {
    static final Strip NONE = new Strip(false, false);
  }

  /** A special token of which only the text is known. */
  static AddedToken special(String content) {
    return new AddedToken(content, true, false, false, Strip.NONE);
  }

  /**
   * As tokenizer.json and tokenizer_config.json write one. What a file leaves out has the reference
   * library's defaults.
   *
   * @param file that it stands in
   * @throws TokenizerException if a field has the wrong type
   */
  static AddedToken of(String file, JsonNode node) {
    JsonNode content = node.path("content");
    if (!content.isTextual()) {
      throw new TokenizerException(
          file + ": expected added tokens with a text 'content', got " + shortened(node));
    }
    try {
      boolean isSpecial = flag(node, "special", false);
      return new AddedToken(
          content.textValue(),
          isSpecial,
          flag(node, "normalized", !isSpecial),
          flag(node, "single_word", false),
          new Strip(flag(node, "lstrip", false), flag(node, "rstrip", false)));
    } catch (IllegalArgumentException e) {
      throw new TokenizerException(
          file + ": added token " + shortened(content) + ": " + e.getMessage(), e);
    }
  }

  private static boolean flag(JsonNode node, String name, boolean otherwise) {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw new IllegalArgumentException(
          "expected true or false for '" + name + "', got " + shortened(value));
    }
    return value.booleanValue();
  }

  private static String shortened(JsonNode node) {
    String text = node.toString();
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }

  AddedToken asSpecial() {
    return new AddedToken(content, true, isNormalized, isSingleWord, strip);
  }
}
