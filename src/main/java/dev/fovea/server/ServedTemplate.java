package dev.fovea.server;

import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.server.request.ChatMessage;
import dev.fovea.server.request.ChatPrompt;
import dev.fovea.text.ChatTemplate;
import dev.fovea.text.ChatTemplateException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The chat template of a served model, or why it has none that can be used: then chat alone is
 * refused.
 *
 * @param trouble one line; empty where the template can be used, or the checkpoint has none
 */
record ServedTemplate(Optional<ChatTemplate> template, Optional<String> trouble) {

  /**
   * @param given a template to be used in place of the checkpoint's
   * @throws ChatTemplateException if the given one cannot be used
   * @throws dev.fovea.text.TokenizerException if tokenizer_config.json is broken
   */
  static ServedTemplate load(Path directory, Optional<Path> given) {
    if (given.isPresent()) {
      return new ServedTemplate(
          Optional.of(ChatTemplate.read(given.get(), directory)), Optional.empty());
    }
    try {
      return new ServedTemplate(ChatTemplate.load(directory), Optional.empty());
    } catch (ChatTemplateException e) {
      return new ServedTemplate(
          Optional.empty(), Optional.of(e.getMessage().replaceAll("\\s+", " ")));
    }
  }

  /**
   * The prompt of a conversation.
   *
   * @throws ApiException 400 if the template refuses it, or there is none
   */
  String render(ChatPrompt prompt) {
    ChatTemplate chat = template.orElseThrow(this::noTemplate);
    List<ChatMessage> messages = prompt.messages();
    for (int i = 0; i < messages.size(); i++) {
      requireMention(chat, messages.get(i).hasCalls(), "tool_calls", i + "].tool_calls");
      requireMention(chat, messages.get(i).role().equals("tool"), "tool", i + "].role");
    }
    List<Map<String, Object>> turns = messages.stream().map(ChatMessage::fields).toList();
    try {
      String text = chat.render(turns, prompt.turn(), prompt.variables());
      if (text.isEmpty()) {
        throw ApiException.badField(
            "messages",
            ErrorCodes.INVALID_MESSAGES,
            "messages: the chat template makes no text of them");
      }
      return text;
    } catch (ChatTemplateException e) {
      throw ApiException.badField(
          "messages", ErrorCodes.INVALID_MESSAGES, "messages: " + e.getMessage());
    }
  }

  private ApiException noTemplate() {
    String what =
        trouble
            .map(reason -> "this model's chat template cannot be used (" + reason + ")")
            .orElse("this model has no chat template");
    return ApiException.badField(
        "messages", ErrorCodes.NO_CHAT_TEMPLATE, what + "; use /v1/completions with a prompt");
  }

  /** What a template never asks for would be dropped in silence. */
  private static void requireMention(
      ChatTemplate chat, boolean isSent, String word, String position) {
    if (isSent && !chat.mentions(word)) {
      String path = "messages[" + position;
      throw ApiException.badField(
          path, ErrorCodes.UNSUPPORTED, path + ": this model's chat template knows no tools");
    }
  }
}
