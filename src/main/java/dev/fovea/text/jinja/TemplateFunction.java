package dev.fovea.text.jinja;

/**
 * A function or a bound method.
 *
 * @param name for messages
 */
record TemplateFunction(String name, Callable body) implements Callable {
  @Override
  public Object call(Arguments arguments) {
    return body.call(arguments);
  }
}
