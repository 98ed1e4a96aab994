package dev.fovea.text.jinja;

/**
 * Something a template can call.
 *
 * @param name for messages
 */
record TemplateFunction(String name, Body body) {
  /** What happens on a call. */
  interface Body {
    Object call(Arguments arguments);
  }

  Object call(Arguments arguments) {
    return body.call(arguments);
  }
}
