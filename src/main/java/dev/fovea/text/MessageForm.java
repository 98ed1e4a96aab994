package dev.fovea.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fovea.text.jinja.Template;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * How a template reads messages. Templates differ where the API leaves several ways to say one
 * thing; a message is given to each in the way that it asks about.
 */
final class MessageForm {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Names that an assistant's reasoning goes by. */
  private static final List<String> REASONING =
      List.of("reasoning_content", "reasoning", "thinking");

  private final String source;
  private final boolean readsParts;

  MessageForm(String source, Template template) {
    this.source = source;
    this.readsParts = template.loopsOver("content");
  }

  /** How the arguments of an assistant's calls are given. */
  enum Arguments {
    /** As the values that the API's text means; most templates write or walk over them. */
    VALUES,
    /** As text; some templates add it to theirs. */
    TEXT
  }

  /** Whether the template names a role, field or variable. */
  boolean mentions(String word) {
    return source.contains(word);
  }

  List<Map<String, Object>> adapt(List<? extends Map<String, ?>> messages, Arguments arguments) {
    List<Map<String, Object>> adapted = new ArrayList<>();
    for (Map<String, ?> message : messages) {
      Map<String, Object> turn = new LinkedHashMap<>(message);
      if ("developer".equals(turn.get("role")) && !mentions("developer")) {
        turn.put("role", "system");
      }
      if (turn.get("content") instanceof List<?> parts && !readsParts) {
        turn.put("content", joined(parts));
      }
      nameReasoning(turn);
      if (turn.get("tool_calls") instanceof List<?> calls) {
        turn.put("tool_calls", calls.stream().map(call -> call(call, arguments)).toList());
      }
      adapted.add(turn);
    }
    return adapted;
  }

  private static String joined(List<?> parts) {
    return parts.stream()
        .map(part -> part instanceof Map<?, ?> map ? text(map) : part.toString())
        .collect(Collectors.joining("\n"));
  }

  private static String text(Map<?, ?> part) {
    return Objects.toString(part.get(part.containsKey("text") ? "text" : part.get("type")), "");
  }

  /** Under the template's own name too, where that is another than the sender's. */
  private void nameReasoning(Map<String, Object> turn) {
    REASONING.stream()
        .map(turn::get)
        .filter(Objects::nonNull)
        .findFirst()
        .ifPresent(
            reasoning ->
                REASONING.stream()
                    .filter(name -> mentions(name) && !turn.containsKey(name))
                    .forEach(name -> turn.put(name, reasoning)));
  }

  private static Object call(Object call, Arguments form) {
    if (!(call instanceof Map<?, ?> map) || !(map.get("function") instanceof Map<?, ?> function)) {
      return call;
    }
    Map<Object, Object> adapted = new LinkedHashMap<>(function);
    adapted.computeIfPresent(
        "arguments", (name, value) -> form == Arguments.VALUES ? value(value) : writtenOut(value));
    Map<Object, Object> result = new LinkedHashMap<>(map);
    result.put("function", adapted);
    return result;
  }

  private static Object value(Object arguments) {
    if (!(arguments instanceof String text)) {
      return arguments;
    }
    try {
      return text.isBlank() ? Map.of() : MAPPER.readValue(text, Object.class);
    } catch (JsonProcessingException e) {
      throw new ChatTemplateException(
          ChatTemplateException.Reason.FAILED,
          "tool_calls: expected arguments that are JSON, got other text",
          e);
    }
  }

  private static Object writtenOut(Object arguments) {
    try {
      return arguments instanceof String ? arguments : MAPPER.writeValueAsString(arguments);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
