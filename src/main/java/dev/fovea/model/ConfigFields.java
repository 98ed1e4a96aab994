package dev.fovea.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.weights.CheckpointException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Typed reading of a JSON object; a field that is absent or null takes the default. */
record ConfigFields(Path file, JsonNode object) {

  boolean has(String name) {
    return object.hasNonNull(name);
  }

  ConfigFields child(String name) {
    JsonNode value = object.path(name);
    if (!value.isObject()) {
      throw refusal("%s: expected an object, got %s", name, brief(value));
    }
    return new ConfigFields(file, value);
  }

  /** An integer of {@code 1 .. max} that must be there. */
  int size(String name, int max) {
    if (!has(name)) {
      throw refusal("%s: expected a number, got none", name);
    }
    return integer(name, 1, max);
  }

  int size(String name, int max, int absent) {
    return has(name) ? integer(name, 1, max) : absent;
  }

  int integer(String name, int min, int max) {
    JsonNode value = object.get(name);
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < min
        || value.intValue() > max) {
      throw refusal("%s: expected an integer of %d to %d, got %s", name, min, max, brief(value));
    }
    return value.intValue();
  }

  /** A finite number above zero. */
  double positive(String name, double absent) {
    if (!has(name)) {
      return absent;
    }
    JsonNode value = object.get(name);
    double number = value.doubleValue();
    if (!value.isNumber() || !(number > 0 && number <= 1e12)) {
      throw refusal("%s: expected a number above 0, got %s", name, brief(value));
    }
    return number;
  }

  double positive(String name) {
    if (!has(name)) {
      throw refusal("%s: expected a number, got none", name);
    }
    return positive(name, 0);
  }

  boolean flag(String name, boolean absent) {
    if (!has(name)) {
      return absent;
    }
    JsonNode value = object.get(name);
    if (!value.isBoolean()) {
      throw refusal("%s: expected true or false, got %s", name, brief(value));
    }
    return value.booleanValue();
  }

  String text(String name, String absent) {
    if (!has(name)) {
      return absent;
    }
    JsonNode value = object.get(name);
    if (!value.isTextual()) {
      throw refusal("%s: expected a string, got %s", name, brief(value));
    }
    return value.textValue();
  }

  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (JsonNode item : list(name)) {
      if (!item.isTextual()) {
        throw refusal("%s: expected a list of strings, got %s", name, brief(item));
      }
      texts.add(item.textValue());
    }
    return texts;
  }

  /** Refuses a flag that asks for something that is not computed here. */
  void refuseIf(String name) {
    if (flag(name, false)) {
      throw refusal("%s: true is not supported", name);
    }
  }

  CheckpointException refusal(String format, Object... values) {
    return new CheckpointException(file, String.format(Locale.ROOT, format, values));
  }

  private JsonNode list(String name) {
    JsonNode value = object.path(name);
    if (!value.isArray()) {
      throw refusal("%s: expected a list, got %s", name, brief(value));
    }
    return value;
  }

  /** A value for a message. */
  static String brief(JsonNode value) {
    String text = value.isMissingNode() ? "none" : value.toString();
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }
}
