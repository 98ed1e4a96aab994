package dev.fovea.server.request;

import dev.fovea.server.http.ApiException;
import java.util.List;
import java.util.Map;

/**
 * Body of {@code POST /tokenize}: a prompt or messages.
 *
 * @param prompt null where messages are given
 * @param messages empty where a prompt is given
 * @param templateVariables for the chat template, by name
 */
public record TokenizeRequest(
    String prompt,
    List<ChatMessage> messages,
    Map<String, Object> templateVariables,
    boolean addSpecialTokens) {
  private static final Field<String> PROMPT =
      new Field<>("prompt", Rules.text(0, Integer.MAX_VALUE));
  private static final Field<Boolean> ADD_SPECIAL_TOKENS =
      new Field<>("add_special_tokens", Rules.flag());

  /**
   * @throws ApiException 400 with the field at fault
   */
  public static TokenizeRequest parse(JsonRequest request) {
    Fields fields = request.fields();
    List<ChatMessage> messages = fields.get(ChatRequest.MESSAGES, List.of());
    return new TokenizeRequest(
        messages.isEmpty() ? fields.require(PROMPT) : null,
        messages,
        fields.get(TemplateVariables.FIELD, Map.of()),
        fields.get(ADD_SPECIAL_TOKENS, true));
  }
}
