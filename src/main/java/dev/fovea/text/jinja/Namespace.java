package dev.fovea.text.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** The one thing a template may modify: {@code namespace(...)}. */
final class Namespace implements Host {
  private final Map<Object, Object> members;

  Namespace(Map<Object, Object> initial) {
    this.members = new LinkedHashMap<>(initial);
  }

  Map<Object, Object> members() {
    return members;
  }

  @Override
  public String typeName() {
    return "Namespace";
  }

  @Override
  public Object attribute(String name, Budget budget) {
    return name.startsWith("_") ? null : members.get(name);
  }

  void set(String name, Object value) {
    members.put(name, value);
  }
}
