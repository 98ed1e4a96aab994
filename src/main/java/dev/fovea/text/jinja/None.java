package dev.fovea.text.jinja;

/** Python's None. Java's null is never a template's value: it says that there is none at all. */
enum None {
  NONE
}
