package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.Map;

/** A call that an assistant made earlier: checked, and given on as it was sent. */
final class ToolCall {
  static final int MAX_CALLS = 1024;

  private static final Field.Rule<String> TEXT = Rules.text(0, Integer.MAX_VALUE);
  private static final Field<String> ID = new Field<>("id", TEXT);
  private static final Field<String> TYPE = new Field<>("type", ToolCall::readType);
  private static final Field<ObjectNode> FUNCTION = new Field<>("function", ToolCall::readObject);
  private static final Field<String> NAME = new Field<>("name", TEXT);
  private static final Field<JsonNode> ARGUMENTS =
      new Field<>("arguments", ToolCall::readArguments);

  private ToolCall() {}

  @SuppressWarnings("unchecked")
  static Map<String, Object> read(JsonNode value, String path) {
    ObjectNode object = readObject(value, path);
    Fields call = new Fields(object, path + ".");
    call.get(ID);
    call.get(TYPE);
    Fields function = new Fields(call.require(FUNCTION), path + ".function.");
    function.require(NAME);
    function.get(ARGUMENTS);
    return (Map<String, Object>) JsonValues.of(object, path);
  }

  private static ObjectNode readObject(JsonNode value, String path) {
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw Rules.wrongType(path, "an object", value);
  }

  private static String readType(JsonNode value, String path) {
    String type = TEXT.read(value, path);
    if (!type.equals("function")) {
      throw ApiException.badField(
          path, ErrorCodes.UNSUPPORTED, path + ": this server supports only calls of functions");
    }
    return type;
  }

  /** JSON as a text, as the API has it, or the value itself. */
  private static JsonNode readArguments(JsonNode value, String path) {
    if (value.isObject()) {
      return value;
    }
    String text = TEXT.read(value, path);
    if (!text.isBlank() && !StrictJson.isValue(text)) {
      throw Rules.wrongValue(path, "an object in JSON, as a string", value);
    }
    return value;
  }
}
