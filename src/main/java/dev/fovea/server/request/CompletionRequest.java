package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.List;

/**
 * Body of {@code POST /v1/completions}.
 *
 * @param model null: the served one
 */
public record CompletionRequest(
    String model, Prompt prompt, GenerationOptions options, Streaming streaming) {
  private static final String PROMPT = "prompt";
  private static final Field<Boolean> ADD_SPECIAL_TOKENS =
      new Field<>("add_special_tokens", Rules.flag());
  private static final Field.Rule<String> TEXT = Rules.text(1, Integer.MAX_VALUE);

  /**
   * @param vocabulary token ids of the prompt must be below it
   * @throws ApiException 400 with the field at fault
   */
  public static CompletionRequest parse(byte[] body, int vocabulary) {
    ObjectNode object = StrictJson.parse(body);
    Fields fields = new Fields(object);
    String model = fields.get(CommonFields.MODEL);
    boolean addSpecialTokens = fields.get(ADD_SPECIAL_TOKENS, true);
    Field<Prompt> field =
        new Field<>(PROMPT, (value, path) -> readPrompt(value, path, vocabulary, addSpecialTokens));
    Prompt prompt = fields.require(field);
    Unbuilt.refuse(object, Unbuilt.IN_COMPLETIONS);
    return new CompletionRequest(
        model,
        prompt,
        CommonFields.options(fields, CommonFields.MAX_TOKENS, vocabulary),
        CommonFields.streaming(fields));
  }

  /** A string, ids, or an array with exactly one of either. */
  private static Prompt readPrompt(
      JsonNode value, String path, int vocabulary, boolean addSpecialTokens) {
    if (value.isTextual()) {
      return new Prompt.Text(TEXT.read(value, path), addSpecialTokens);
    }
    if (!value.isArray()) {
      throw Rules.wrongType(path, "a string, token ids, or an array of one of them", value);
    }
    if (value.isEmpty()) {
      throw ApiException.badField(
          path, ErrorCodes.INVALID_VALUE, path + ": expected a prompt, got an empty array");
    }
    if (value.get(0).isNumber()) {
      return new Prompt.TokenIds(readIds(value, path, vocabulary));
    }
    if (value.size() > 1) {
      throw ApiException.badField(
          path,
          ErrorCodes.UNSUPPORTED,
          "%s: expected one prompt a request, got %d".formatted(path, value.size()));
    }
    JsonNode only = value.get(0);
    String onlyPath = path + "[0]";
    return only.isArray()
        ? new Prompt.TokenIds(readIds(only, onlyPath, vocabulary))
        : new Prompt.Text(TEXT.read(only, onlyPath), addSpecialTokens);
  }

  private static int[] readIds(JsonNode value, String path, int vocabulary) {
    List<Integer> ids =
        Rules.list(Rules.integer(0, vocabulary - 1), 1, Integer.MAX_VALUE).read(value, path);
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
