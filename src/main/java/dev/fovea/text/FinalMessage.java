package dev.fovea.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The last message of a conversation, where the model is to continue it. */
final class FinalMessage {
  private FinalMessage() {}

  /**
   * The conversation with a mark behind the last message's text.
   *
   * @throws ChatTemplateException if the last message has no text
   */
  static List<Map<String, ?>> marked(List<? extends Map<String, ?>> messages, String mark) {
    int last = messages.size() - 1;
    Map<String, Object> marked = new LinkedHashMap<>(messages.get(last));
    Object content = marked.get("content");
    if (content instanceof String text) {
      marked.put("content", text + mark);
    } else if (content instanceof List<?> parts && lastText(parts) >= 0) {
      List<Object> changed = new ArrayList<>(parts);
      Map<Object, Object> part = new LinkedHashMap<>((Map<?, ?>) parts.get(lastText(parts)));
      part.put("text", part.get("text") + mark);
      changed.set(lastText(parts), part);
      marked.put("content", changed);
    } else {
      throw failure("expected a text to continue, got none");
    }
    List<Map<String, ?>> result = new ArrayList<>(messages);
    result.set(last, marked);
    return result;
  }

  private static int lastText(List<?> parts) {
    for (int i = parts.size() - 1; i >= 0; i--) {
      if (parts.get(i) instanceof Map<?, ?> part && part.get("text") instanceof String) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The prompt up to the mark; without the white space before it where the template strips.
   *
   * @throws ChatTemplateException if the template does not show the last message as it is
   */
  static String cut(String rendered, String mark) {
    int at = rendered.lastIndexOf(mark.strip());
    if (at < 0) {
      throw failure("the chat template does not show the last message as it is");
    }
    String prompt = rendered.substring(0, at);
    return rendered.startsWith(mark, at) ? prompt : prompt.stripTrailing();
  }

  private static ChatTemplateException failure(String reason) {
    return new ChatTemplateException(
        ChatTemplateException.Reason.FAILED, "continue_final_message: " + reason);
  }
}
