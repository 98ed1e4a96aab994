package dev.fovea.text.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one thing a template may modify: {@code namespace(...)}. */
final class Namespace {
  private final Map<Object, Object> members;

  Namespace(Map<Object, Object> initial) {
    this.members = new LinkedHashMap<>(initial);
  }

  Map<Object, Object> members() {
    return members;
  }

  Object get(String name) {
    if (name.startsWith("_") || !members.containsKey(name)) {
      return Undefined.member(this, name);
    }
    return members.get(name);
  }

  void set(String name, Object value) {
    members.put(name, value);
  }
}
