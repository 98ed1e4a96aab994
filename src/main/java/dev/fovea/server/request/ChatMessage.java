package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One turn of a conversation.
 *
 * @param role "system", "user" or "assistant"
 * @param content text; parts are joined by line breaks
 */
public record ChatMessage(String role, String content) {
  private static final Field.Rule<String> TEXT = Rules.text(0, Integer.MAX_VALUE);
  private static final Field<String> ROLE = new Field<>("role", ChatMessage::readRole);
  private static final Field<String> CONTENT = new Field<>("content", ChatMessage::readContent);
  private static final Field<String> PART_TYPE = new Field<>("type", ChatMessage::readPartType);
  private static final Field<String> PART_TEXT = new Field<>("text", TEXT);
  private static final List<Unbuilt> UNBUILT =
      List.of(
          new Unbuilt("tool_calls", value -> value.isArray() && value.isEmpty()),
          new Unbuilt("function_call", value -> false),
          new Unbuilt("audio", value -> false));

  static ChatMessage read(JsonNode value, String path) {
    if (!(value instanceof ObjectNode object)) {
      throw Rules.wrongType(path, "an object with role and content", value);
    }
    Fields fields = new Fields(object, path + ".");
    String role = fields.require(ROLE);
    Unbuilt.refuse(object, path + ".", UNBUILT);
    boolean mayBeEmpty = role.equals("assistant");
    return new ChatMessage(role, mayBeEmpty ? fields.get(CONTENT, "") : fields.require(CONTENT));
  }

  /** "developer" is the newer word for "system"; templates know only the older. */
  private static String readRole(JsonNode value, String path) {
    String role = TEXT.read(value, path);
    return switch (role) {
      case "system", "user", "assistant" -> role;
      case "developer" -> "system";
      case "tool", "function" ->
          throw ApiException.badField(
              path, ErrorCodes.UNSUPPORTED, path + ": this server does not support tools");
      default -> throw Rules.wrongValue(path, "one of developer, system, user, assistant", value);
    };
  }

  private static String readContent(JsonNode value, String path) {
    if (value.isTextual()) {
      return TEXT.read(value, path);
    }
    if (!value.isArray()) {
      throw Rules.wrongType(path, "a string or an array of text parts", value);
    }
    return Rules.list(ChatMessage::readPart, 1, Integer.MAX_VALUE).read(value, path).stream()
        .collect(Collectors.joining("\n"));
  }

  private static String readPart(JsonNode value, String path) {
    if (value.isTextual()) {
      return TEXT.read(value, path);
    }
    if (!(value instanceof ObjectNode object)) {
      throw Rules.wrongType(path, "an object with type and text", value);
    }
    Fields fields = new Fields(object, path + ".");
    fields.require(PART_TYPE);
    return fields.require(PART_TEXT);
  }

  private static String readPartType(JsonNode value, String path) {
    String type = TEXT.read(value, path);
    if (!type.equals("text")) {
      throw ApiException.badField(
          path,
          ErrorCodes.UNSUPPORTED,
          path + ": this server supports only parts of type \"text\"");
    }
    return type;
  }
}
