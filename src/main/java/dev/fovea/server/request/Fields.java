package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;

/** The fields of one JSON object, read through their rules. */
final class Fields {
  private final ObjectNode object;
  private final String prefix;

  Fields(ObjectNode object) {
    this(object, "");
  }

  /**
   * @param prefix path of the object in the request with its dot, or empty
   */
  Fields(ObjectNode object, String prefix) {
    this.object = object;
    this.prefix = prefix;
  }

  /** The value, or null where the field is absent. */
  <T> T get(Field<T> field) {
    JsonNode value = object.get(field.name());
    if (value == null || value.isNull()) {
      return null;
    }
    return field.rule().read(value, prefix + field.name());
  }

  <T> T get(Field<T> field, T absent) {
    T value = get(field);
    return value == null ? absent : value;
  }

  <T> T require(Field<T> field) {
    T value = get(field);
    if (value == null) {
      String path = prefix + field.name();
      throw ApiException.badField(path, ErrorCodes.MISSING, path + ": required, got nothing");
    }
    return value;
  }
}
