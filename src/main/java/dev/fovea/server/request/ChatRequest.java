package dev.fovea.server.request;

import dev.fovea.server.http.ApiException;
import java.util.List;
import java.util.Map;

/**
 * Body of {@code POST /v1/chat/completions}.
 *
 * @param messages at least one
 * @param templateVariables more variables of the chat template, by name
 */
public record ChatRequest(
    List<ChatMessage> messages,
    Map<String, Object> templateVariables,
    GenerationOptions options,
    Streaming streaming) {
  private static final int MAX_MESSAGES = 16384;
  static final Field<List<ChatMessage>> MESSAGES =
      new Field<>("messages", Rules.list(ChatMessage::read, 1, MAX_MESSAGES));
  private static final Field<Integer> MAX_COMPLETION_TOKENS =
      new Field<>("max_completion_tokens", Rules.integer(1, Integer.MAX_VALUE));

  /**
   * @throws ApiException 400 with the field at fault
   */
  public static ChatRequest parse(JsonRequest request, Bounds bounds) {
    Fields fields = request.fields();
    List<ChatMessage> messages = fields.require(MESSAGES);
    Unbuilt.refuse(request.object(), Unbuilt.IN_CHAT);
    Integer maxTokens = fields.get(MAX_COMPLETION_TOKENS, fields.get(CommonFields.MAX_TOKENS));
    return new ChatRequest(
        messages,
        fields.get(TemplateVariables.FIELD, Map.of()),
        CommonFields.options(fields, maxTokens, 1, bounds),
        CommonFields.streaming(fields));
  }
}
