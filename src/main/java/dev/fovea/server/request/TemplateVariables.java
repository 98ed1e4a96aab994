package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a request tells the chat template beside the messages, as {@code enable_thinking}. */
final class TemplateVariables {
  private static final Field<Map<String, Object>> NAMED =
      new Field<>("chat_template_kwargs", TemplateVariables::readNamed);
  private static final Field<String> REASONING_EFFORT =
      new Field<>("reasoning_effort", TemplateVariables::readEffort);
  private static final List<String> EFFORTS =
      List.of("none", "minimal", "low", "medium", "high", "xhigh", "max");

  /** Variables that other fields of a request decide. */
  private static final Set<String> TAKEN =
      Set.of("messages", "add_generation_prompt", "continue_final_message", "tools", "documents");

  private TemplateVariables() {}

  /** A variable that is named wins over the field that sets it too. */
  static Map<String, Object> read(Fields fields) {
    Map<String, Object> variables = new LinkedHashMap<>();
    String effort = fields.get(REASONING_EFFORT);
    if (effort != null) {
      variables.put(REASONING_EFFORT.name(), effort);
    }
    variables.putAll(fields.get(NAMED, Map.of()));
    return variables;
  }

  private static Map<String, Object> readNamed(JsonNode value, String path) {
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
      variables.put(name, JsonValues.of(variable.getValue(), path));
    }
    return variables;
  }

  private static String readEffort(JsonNode value, String path) {
    String expected = "one of " + String.join(", ", EFFORTS);
    if (!value.isTextual()) {
      throw Rules.wrongType(path, expected, value);
    }
    if (!EFFORTS.contains(value.textValue())) {
      throw Rules.wrongValue(path, expected, value);
    }
    return value.textValue();
  }
}
