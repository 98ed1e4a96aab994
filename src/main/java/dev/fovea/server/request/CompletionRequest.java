package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.List;

/**
 * Body of {@code POST /v1/completions}.
 *
 * @param prompts at least one, each continued on its own
 */
public record CompletionRequest(
    List<Prompt> prompts, GenerationOptions options, Streaming streaming) {
  static final String PROMPT = "prompt";
  private static final int MAX_PROMPTS = 128;
  private static final Field<Boolean> ADD_SPECIAL_TOKENS =
      new Field<>("add_special_tokens", Rules.flag());
  private static final Field.Rule<String> TEXT = Rules.text(0, Integer.MAX_VALUE);

  /**
   * @throws ApiException 400 with the field at fault
   */
  public static CompletionRequest parse(JsonRequest request, Bounds bounds) {
    Fields fields = request.fields();
    boolean addSpecialTokens = fields.get(ADD_SPECIAL_TOKENS, true);
    Field.Rule<Prompt> text =
        (value, path) -> new Prompt.Text(TEXT.read(value, path), addSpecialTokens);
    Field.Rule<Prompt> ids =
        (value, path) -> new Prompt.TokenIds(readIds(value, path, bounds.vocabulary()));
    List<Prompt> prompts =
        fields.require(new Field<>(PROMPT, (value, path) -> readPrompts(value, path, text, ids)));
    Unbuilt.refuse(request.object(), Unbuilt.IN_COMPLETIONS);
    return new CompletionRequest(
        prompts,
        CommonFields.options(fields, fields.get(CommonFields.MAX_TOKENS), prompts.size(), bounds),
        CommonFields.streaming(fields));
  }

  /** A string, ids, or an array of several of one of them. */
  private static List<Prompt> readPrompts(
      JsonNode value, String path, Field.Rule<Prompt> text, Field.Rule<Prompt> ids) {
    if (value.isTextual()) {
      return List.of(text.read(value, path));
    }
    if (!value.isArray()) {
      throw Rules.wrongType(path, "a string, token ids, or an array of strings or of ids", value);
    }
    if (value.isEmpty()) {
      throw ApiException.badField(
          path, ErrorCodes.INVALID_VALUE, path + ": expected a prompt, got an empty array");
    }
    JsonNode first = value.get(0);
    if (first.isNumber()) {
      return List.of(ids.read(value, path));
    }
    return Rules.list(first.isArray() ? ids : text, 1, MAX_PROMPTS).read(value, path);
  }

  private static int[] readIds(JsonNode value, String path, int vocabulary) {
    List<Integer> ids =
        Rules.list(Rules.integer(0, vocabulary - 1), 1, Integer.MAX_VALUE).read(value, path);
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
