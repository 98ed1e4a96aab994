package dev.fovea.text.jinja;

/** What a template may call. */
interface Callable {
  Object call(Arguments arguments);
}
