package dev.fovea.server.request;

import dev.fovea.server.http.ApiException;

/**
 * Body of {@code POST /v1/chat/completions}.
 *
 * @param prompt what the model answers
 */
public record ChatRequest(ChatPrompt prompt, GenerationOptions options, Streaming streaming) {
  private static final Field<Integer> MAX_COMPLETION_TOKENS =
      new Field<>("max_completion_tokens", Rules.integer(1, Integer.MAX_VALUE));

  /**
   * @throws ApiException 400 with the field at fault
   */
  public static ChatRequest parse(JsonRequest request, Bounds bounds) {
    Fields fields = request.fields();
    ChatPrompt prompt = ChatPrompt.read(fields);
    Unbuilt.refuse(request.object(), Unbuilt.IN_CHAT);
    Integer maxTokens = fields.get(MAX_COMPLETION_TOKENS, fields.get(CommonFields.MAX_TOKENS));
    return new ChatRequest(
        prompt, CommonFields.options(fields, maxTokens, 1, bounds), CommonFields.streaming(fields));
  }
}
