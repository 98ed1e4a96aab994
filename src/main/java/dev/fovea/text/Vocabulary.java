package dev.fovea.text;

import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;

/** The tokens of a tokenizer by id: the model's own, and added ones. Not changed once loaded. */
final class Vocabulary {
  /** Ids are below it. */
  static final int MAX_ID = 1 << 24;

  private final String[] tokens;
  private final Map<String, Integer> addedIds;
  private final List<String> specialTexts;
  private final BitSet special = new BitSet();

  /**
   * @param model ids of the model's tokens
   */
  Vocabulary(Map<String, Integer> model, AddedTokens added) {
    addedIds = new LinkedHashMap<>();
    int size = 0;
    for (int id : model.values()) {
      size = Math.max(size, checked(id) + 1);
    }
    for (AddedToken token : added.all()) {
      int id = checked(added.id(token));
      addedIds.put(token.content(), id);
      special.set(id, token.isSpecial());
      size = Math.max(size, id + 1);
    }
    tokens = new String[size];
    model.forEach((token, id) -> tokens[id] = token);
    addedIds.forEach((token, id) -> tokens[id] = token);
    specialTexts =
        added.all().stream().filter(AddedToken::isSpecial).map(AddedToken::content).toList();
  }

  private static int checked(int id) {
    if (id < 0 || id >= MAX_ID) {
      throw new TokenizerException(
          String.format(
              Locale.ROOT, "tokenizer.json: expected ids in [0, %d), got %d", MAX_ID, id));
    }
    return id;
  }

  /** One more than the largest id. */
  int size() {
    return tokens.length;
  }

  /** The token's text as the file has it, or null where no token has the id. */
  String text(int id) {
    return id >= 0 && id < tokens.length ? tokens[id] : null;
  }

  boolean isSpecial(int id) {
    return special.get(id);
  }

  /** Texts of the special tokens. */
  List<String> specialTexts() {
    return specialTexts;
  }

  /** Added tokens are found first, others by a walk over the vocabulary. */
  OptionalInt id(String token) {
    Integer added = addedIds.get(token);
    if (added != null) {
      return OptionalInt.of(added);
    }
    int id = Arrays.asList(tokens).indexOf(token);
    return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
  }
}
