package dev.fovea.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The added tokens of a tokenizer by their text, with the ids that the reference library gives
 * them: a token of the model keeps its id, another gets the next free one, whatever the file says.
 */
final class AddedTokens {
  private final Map<String, Integer> modelIds;
  private final int modelSize;
  private final Map<String, AddedToken> tokens = new LinkedHashMap<>();
  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private int maxId = -1;

  /**
   * @param modelIds ids of the model's own tokens
   * @param modelSize how many the model has
   */
  AddedTokens(Map<String, Integer> modelIds, int modelSize) {
    this.modelIds = modelIds;
    this.modelSize = modelSize;
  }

  /** Adds a token; one that is there already stays as it is, but may become special. */
  void add(AddedToken token) {
    String content = token.content();
    if (content.isEmpty()) {
      return;
    }
    AddedToken known = tokens.get(content);
    if (known != null) {
      if (token.isSpecial() && !known.isSpecial()) {
        tokens.put(content, known.asSpecial());
      }
      return;
    }
    int id = modelIds.getOrDefault(content, Math.max(maxId + 1, modelSize));
    tokens.put(content, token);
    ids.put(content, id);
    maxId = Math.max(maxId, id);
  }

  /** In the order in which they were added. */
  List<AddedToken> all() {
    return new ArrayList<>(tokens.values());
  }

  int id(AddedToken token) {
    return id(token.content());
  }

  /** The id of a token that was added. */
  int id(String content) {
    return ids.get(content);
  }
}
