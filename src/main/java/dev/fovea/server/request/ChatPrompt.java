package dev.fovea.server.request;

import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.text.ChatTemplate;
import java.util.List;
import java.util.Map;

/**
 * What a chat template makes a prompt of.
 *
 * @param messages at least one
 * @param variables more variables of the template, by name
 * @param turn where the prompt ends
 */
public record ChatPrompt(
    List<ChatMessage> messages, Map<String, Object> variables, ChatTemplate.Turn turn) {
  private static final int MAX_MESSAGES = 16384;
  static final Field<List<ChatMessage>> MESSAGES =
      new Field<>("messages", Rules.list(ChatMessage::read, 1, MAX_MESSAGES));
  private static final Field<Boolean> ADD_GENERATION_PROMPT =
      new Field<>("add_generation_prompt", Rules.flag());
  private static final Field<Boolean> CONTINUE_FINAL_MESSAGE =
      new Field<>("continue_final_message", Rules.flag());

  /** A user's first message. */
  public static ChatPrompt ofUser(String text) {
    return new ChatPrompt(List.of(ChatMessage.ofUser(text)), Map.of(), ChatTemplate.Turn.ASSISTANT);
  }

  static ChatPrompt read(Fields fields) {
    List<ChatMessage> messages = fields.require(MESSAGES);
    return new ChatPrompt(messages, TemplateVariables.read(fields), turn(fields));
  }

  /** Whether the answer goes on with the last message. */
  public boolean continues() {
    return turn == ChatTemplate.Turn.CONTINUED;
  }

  private static ChatTemplate.Turn turn(Fields fields) {
    boolean continues = fields.get(CONTINUE_FINAL_MESSAGE, false);
    if (!fields.get(ADD_GENERATION_PROMPT, !continues)) {
      return continues ? ChatTemplate.Turn.CONTINUED : ChatTemplate.Turn.NONE;
    }
    if (continues) {
      throw ApiException.badField(
          CONTINUE_FINAL_MESSAGE.name(),
          ErrorCodes.INVALID_VALUE,
          "continue_final_message: expected add_generation_prompt to be false beside it, got true");
    }
    return ChatTemplate.Turn.ASSISTANT;
  }
}
