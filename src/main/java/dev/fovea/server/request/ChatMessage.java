package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One turn of a conversation.
 *
 * @param fields as they were sent, in their order, null ones left out; {@code role} is one of
 *     "system", "developer", "user", "assistant" and "tool", {@code content} a text or a list of
 *     parts, of which each is a map; what is known has its type, the rest is whatever it is
 */
public record ChatMessage(Map<String, Object> fields) {
  private static final Field.Rule<String> TEXT = Rules.text(0, Integer.MAX_VALUE);
  private static final Field<String> ROLE = new Field<>("role", ChatMessage::readRole);
  private static final Field<Object> CONTENT = new Field<>("content", ChatMessage::readContent);
  private static final Set<String> PART_TYPES = Set.of("text", "refusal");

  /** What is known beside the role and the content, each with its rule. */
  private static final List<Field<?>> KNOWN =
      List.of(
          new Field<>("name", TEXT),
          new Field<>("tool_call_id", TEXT),
          new Field<>("refusal", TEXT),
          new Field<>("reasoning_content", TEXT),
          new Field<>("reasoning", TEXT),
          new Field<>("tool_calls", Rules.list(ToolCall::read, 0, ToolCall.MAX_CALLS)));

  private static final List<Unbuilt> UNBUILT =
      List.of(new Unbuilt("function_call", value -> false), new Unbuilt("audio", value -> false));

  public static ChatMessage ofUser(String text) {
    return new ChatMessage(Map.of("role", "user", "content", text));
  }

  public String role() {
    return (String) fields.get("role");
  }

  /** Whether it brings calls of tools. */
  public boolean hasCalls() {
    return fields.containsKey("tool_calls");
  }

  static ChatMessage read(JsonNode value, String path) {
    if (!(value instanceof ObjectNode object)) {
      throw Rules.wrongType(path, "an object with role and content", value);
    }
    Fields given = new Fields(object, path + ".");
    String role = given.require(ROLE);
    Unbuilt.refuse(object, path + ".", UNBUILT);
    Map<String, Object> fields = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      if (!field.getValue().isNull()) {
        fields.put(
            field.getKey(), JsonValues.of(field.getValue(), path + "." + shown(field.getKey())));
      }
    }
    // What an assistant only called has no content: the empty text, which every template takes.
    boolean mayBeEmpty = role.equals("assistant");
    fields.put("content", mayBeEmpty ? given.get(CONTENT, "") : given.require(CONTENT));
    for (Field<?> known : KNOWN) {
      Object read = given.get(known);
      if (read instanceof List<?> list && list.isEmpty()) {
        fields.remove(known.name());
      } else if (read != null) {
        fields.put(known.name(), read);
      }
    }
    return new ChatMessage(fields);
  }

  /** A name that nobody knows may be of any length. */
  private static String shown(String name) {
    return name.length() <= 64 ? name : name.substring(0, 64);
  }

  private static String readRole(JsonNode value, String path) {
    String role = TEXT.read(value, path);
    return switch (role) {
      case "system", "developer", "user", "assistant", "tool" -> role;
      case "function" ->
          throw ApiException.badField(
              path, ErrorCodes.UNSUPPORTED, path + ": this server knows the role \"tool\" instead");
      default ->
          throw Rules.wrongValue(path, "one of developer, system, user, assistant, tool", value);
    };
  }

  private static Object readContent(JsonNode value, String path) {
    if (value.isTextual()) {
      return TEXT.read(value, path);
    }
    if (!value.isArray()) {
      throw Rules.wrongType(path, "a string or an array of text parts", value);
    }
    return Rules.list(ChatMessage::readPart, 1, Integer.MAX_VALUE).read(value, path);
  }

  /** A bare string is a part of type text. */
  private static Object readPart(JsonNode value, String path) {
    if (value.isTextual()) {
      return Map.of("type", "text", "text", TEXT.read(value, path));
    }
    if (!(value instanceof ObjectNode object)) {
      throw Rules.wrongType(path, "an object with type and text", value);
    }
    Fields fields = new Fields(object, path + ".");
    String type = fields.require(new Field<>("type", ChatMessage::readPartType));
    fields.require(new Field<>(type, TEXT));
    return JsonValues.of(object, path);
  }

  private static String readPartType(JsonNode value, String path) {
    String type = TEXT.read(value, path);
    if (!PART_TYPES.contains(type)) {
      throw ApiException.badField(
          path,
          ErrorCodes.UNSUPPORTED,
          path + ": this server supports only parts of type \"text\" and \"refusal\"");
    }
    return type;
  }
}
