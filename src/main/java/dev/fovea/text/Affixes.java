package dev.fovea.text;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Tokens that a tokenizer puts around one text. They are all that a post-processor does to the ids
 * of a single text, so that the native library gets none.
 */
record Affixes(int[] before, int[] after) {
  static final Affixes NONE = new Affixes(new int[0], new int[0]);

  private static final int MAX_TOKENS = 1024;

  /**
   * What the post-processor of a tokenizer.json adds.
   *
   * @param node of a known type, or null
   * @throws TokenizerException if it cannot be meant
   */
  static Affixes of(JsonNode node) {
    if (node.isNull() || node.isMissingNode()) {
      return NONE;
    }
    return switch (node.path("type").asText()) {
      case "ByteLevel" -> NONE;
      case "BertProcessing", "RobertaProcessing" ->
          new Affixes(new int[] {named(node, "cls")}, new int[] {named(node, "sep")});
      case "TemplateProcessing" -> template(node);
      case "Sequence" -> sequence(node.path("processors"));
      default ->
          throw new TokenizerException(
              "tokenizer.json, post_processor: unknown type " + node.path("type"));
    };
  }

  private static Affixes sequence(JsonNode processors) {
    Affixes found = NONE;
    for (JsonNode processor : processors) {
      Affixes next = of(processor);
      if (next.numTokens() > 0) {
        if (found.numTokens() > 0) {
          throw new TokenizerException(
              "tokenizer.json, post_processor: expected one processor that adds tokens, got"
                  + " several");
        }
        found = next;
      }
    }
    return found;
  }

  private static int named(JsonNode node, String name) {
    JsonNode pair = node.path(name);
    return id(pair.path(1), name);
  }

  private static int id(JsonNode value, String what) {
    if (!value.isInt() || value.intValue() < 0 || value.intValue() >= Vocabulary.MAX_ID) {
      throw new TokenizerException(
          "tokenizer.json, post_processor: expected a token id for '" + what + "', got " + value);
    }
    return value.intValue();
  }

  private static Affixes template(JsonNode node) {
    int[][] sides = {new int[0], new int[0]};
    int side = 0;
    for (JsonNode piece : node.path("single")) {
      JsonNode sequence = piece.path("Sequence");
      JsonNode special = piece.path("SpecialToken").path("id");
      if (sequence.path("id").asText().equals("A") && side == 0) {
        side = 1;
      } else if (special.isTextual()) {
        sides[side] = joined(sides[side], specialIds(node, special.textValue()));
      } else {
        throw new TokenizerException(
            "tokenizer.json, post_processor: expected special tokens and one sequence A in"
                + " 'single', got "
                + piece);
      }
    }
    if (side == 0) {
      throw new TokenizerException(
          "tokenizer.json, post_processor: expected a sequence A in 'single', got none");
    }
    return new Affixes(sides[0], sides[1]);
  }

  private static int[] specialIds(JsonNode node, String token) {
    JsonNode ids = node.path("special_tokens").path(token).path("ids");
    if (!ids.isArray()) {
      throw new TokenizerException(
          "tokenizer.json, post_processor: expected the ids of '"
              + token
              + "' in 'special_tokens', got none");
    }
    int[] result = new int[ids.size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = id(ids.get(i), token);
    }
    return result;
  }

  private static int[] joined(int[] a, int[] b) {
    if (a.length + b.length > MAX_TOKENS) {
      throw new TokenizerException(
          "tokenizer.json, post_processor: expected at most " + MAX_TOKENS + " tokens on a side");
    }
    int[] both = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  int numTokens() {
    return before.length + after.length;
  }

  int[] around(long[] ids) {
    int[] all = new int[ids.length + numTokens()];
    System.arraycopy(before, 0, all, 0, before.length);
    for (int i = 0; i < ids.length; i++) {
      all[before.length + i] = (int) ids[i];
    }
    System.arraycopy(after, 0, all, before.length + ids.length, after.length);
    return all;
  }
}
