package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON as plain values: null, Boolean, Number, String, List and Map, in the order sent. */
final class JsonValues {
  private static final Field.Rule<String> TEXT = Rules.text(0, Integer.MAX_VALUE);

  private JsonValues() {}

  /**
   * @param path of the value in the request, for the error
   * @throws dev.fovea.server.http.ApiException 400 where a string is no Unicode text
   */
  static Object of(JsonNode value, String path) {
    return switch (value.getNodeType()) {
      case NULL, MISSING -> null;
      case BOOLEAN -> value.booleanValue();
      case NUMBER -> value.numberValue();
      case ARRAY -> {
        List<Object> items = new ArrayList<>(value.size());
        value.forEach(item -> items.add(of(item, path)));
        yield items;
      }
      case OBJECT -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        value.properties().forEach(field -> fields.put(field.getKey(), of(field.getValue(), path)));
        yield fields;
      }
      default -> TEXT.read(value, path);
    };
  }
}
