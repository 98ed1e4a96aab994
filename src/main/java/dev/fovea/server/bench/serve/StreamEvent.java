package dev.fovea.server.bench.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.Map;

/**
 * What one event of a stream, or a whole answer, says; servers spell it in several ways.
 *
 * @param text that is new, of any kind: content, reasoning, calls of tools as JSON; empty: none
 * @param isFinish whether nothing that matters comes after it: it says why the answer ended, or is
 *     the count of an answer without more choices
 * @param usage null: it does not tell
 * @param error its JSON where it is an error; null: it is none
 */
record StreamEvent(String text, boolean isFinish, Usage usage, String error) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the server counted. */
  record Usage(int promptTokens, int cachedTokens, int completionTokens) {}

  /**
   * @param isError whether it came by the name of an error
   * @param bytes UTF-8, of which {@code length} count
   */
  static StreamEvent of(boolean isError, byte[] bytes, int length) {
    JsonNode json = json(bytes, length);
    if (isError || isError(json)) {
      return new StreamEvent("", false, null, new String(bytes, 0, length, StandardCharsets.UTF_8));
    }
    JsonNode choices = json.path("choices");
    StringBuilder text = new StringBuilder();
    boolean isFinish = false;
    for (JsonNode choice : choices) {
      addText(choice.path("text"), text);
      addFields(choice.path("delta"), text);
      addFields(choice.path("message"), text);
      isFinish |= choice.path("finish_reason").isTextual();
    }
    Usage usage = usage(json.path("usage"));
    boolean isLast = isFinish || usage != null && choices.isEmpty();
    return new StreamEvent(text.toString(), isLast, usage, null);
  }

  /** Whether a whole answer has what was asked for. */
  static boolean hasChoices(byte[] bytes) {
    return !json(bytes, bytes.length).path("choices").isEmpty();
  }

  private static JsonNode json(byte[] bytes, int length) {
    try {
      return JSON.readTree(bytes, 0, length);
    } catch (IOException e) {
      return MissingNode.getInstance();
    }
  }

  private static boolean isError(JsonNode json) {
    return !json.isObject()
        || json.hasNonNull("error")
        || json.path("object").asText().equals("error");
  }

  private static void addFields(JsonNode delta, StringBuilder text) {
    for (Iterator<Map.Entry<String, JsonNode>> it = delta.fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> field = it.next();
      if (!field.getKey().equals("role")) {
        addText(field.getValue(), text);
      }
    }
  }

  private static void addText(JsonNode value, StringBuilder text) {
    if (value.isTextual()) {
      text.append(value.textValue());
    } else if (!value.isEmpty()) {
      text.append(value);
    }
  }

  private static Usage usage(JsonNode node) {
    return node.isObject()
        ? new Usage(
            node.path("prompt_tokens").asInt(),
            node.at("/prompt_tokens_details/cached_tokens").asInt(),
            node.path("completion_tokens").asInt())
        : null;
  }
}
