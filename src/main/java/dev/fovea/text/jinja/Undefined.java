package dev.fovea.text.jinja;

/**
 * What a missing name, attribute or item is: it prints as nothing and is false, and any other use
 * fails with {@code reason}.
 */
record Undefined(String reason) {
  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  static Undefined member(Object owner, Object key) {
    String type = PyFormat.typeName(owner);
    return key instanceof String name
        ? new Undefined("'" + type + " object' has no attribute '" + PyFormat.cut(name) + "'")
        : new Undefined(type + " object has no element " + PyFormat.shortRepr(key));
  }

  /** What the sandbox answers for an attribute it hides. */
  static Undefined unsafe(Object owner, String name) {
    return new Undefined(
        "access to attribute '"
            + PyFormat.cut(name)
            + "' of '"
            + PyFormat.typeName(owner)
            + "' object is unsafe");
  }

  TemplateException failure() {
    return TemplateException.runtime(reason);
  }
}
