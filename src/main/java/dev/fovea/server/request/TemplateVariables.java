package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What a request tells the chat template beside the messages, as {@code enable_thinking}. */
final class TemplateVariables {
  static final Field<Map<String, Object>> FIELD =
      new Field<>("chat_template_kwargs", TemplateVariables::read);

  /** Variables that other fields of a request decide. */
  private static final Set<String> TAKEN =
      Set.of("messages", "add_generation_prompt", "continue_final_message", "tools", "documents");

  private TemplateVariables() {}

  private static Map<String, Object> read(JsonNode value, String path) {
    if (!(value instanceof ObjectNode object)) {
      throw Rules.wrongType(path, "an object", value);
    }
    Map<String, Object> variables = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> variable : object.properties()) {
      String name = variable.getKey();
      if (TAKEN.contains(name)) {
        throw ApiException.badField(
            path, ErrorCodes.UNSUPPORTED, path + ": does not set '" + name + "'");
      }
      variables.put(name, scalar(variable.getValue(), path));
    }
    return variables;
  }

  private static Object scalar(JsonNode value, String path) {
    return switch (value.getNodeType()) {
      case NULL -> null;
      case BOOLEAN -> value.booleanValue();
      case NUMBER -> value.numberValue();
      case STRING -> value.textValue();
      default -> throw Rules.wrongType(path, "strings, numbers, true or false in it", value);
    };
  }
}
