package dev.fovea.server.request;

import dev.fovea.server.http.ApiException;

/**
 * Body of {@code POST /tokenize}: a prompt or messages.
 *
 * @param text null where messages are given
 * @param chat null where a prompt is given
 */
public record TokenizeRequest(String text, ChatPrompt chat, boolean addSpecialTokens) {
  private static final Field<String> PROMPT =
      new Field<>("prompt", Rules.text(0, Integer.MAX_VALUE));
  private static final Field<Boolean> ADD_SPECIAL_TOKENS =
      new Field<>("add_special_tokens", Rules.flag());

  /**
   * @throws ApiException 400 with the field at fault
   */
  public static TokenizeRequest parse(JsonRequest request) {
    Fields fields = request.fields();
    boolean isChat = fields.get(ChatPrompt.MESSAGES) != null;
    return new TokenizeRequest(
        isChat ? null : fields.require(PROMPT),
        isChat ? ChatPrompt.read(fields) : null,
        fields.get(ADD_SPECIAL_TOKENS, true));
  }
}
