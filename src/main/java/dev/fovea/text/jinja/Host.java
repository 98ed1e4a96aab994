package dev.fovea.text.jinja;

/** An object of Jinja's own, with attributes that are no items. */
interface Host {
  /** Its type as messages and the text of Python's {@code repr} name it. */
  String typeName();

  /** The attribute, or null if it has none of that name. */
  Object attribute(String name, Budget budget);
}
