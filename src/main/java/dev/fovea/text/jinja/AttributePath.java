package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** A dotted path such as {@code function.parameters.0} into an item. */
record AttributePath(List<Object> parts) {
  /** Null and None are the empty path: the item itself. */
  static AttributePath of(Object attribute) {
    if (attribute == null || attribute == None.NONE) {
      return new AttributePath(List.of());
    }
    if (!(attribute instanceof String path)) {
      return new AttributePath(List.of(attribute));
    }
    List<Object> parts = new ArrayList<>();
    for (String part : path.split("\\.", -1)) {
      parts.add(part.matches("[0-9]{1,18}") ? (Object) Long.parseLong(part) : part);
    }
    return new AttributePath(parts);
  }

  /** Paths separated by commas. */
  static List<AttributePath> several(Object attribute) {
    if (!(attribute instanceof String paths)) {
      return List.of(of(attribute));
    }
    List<AttributePath> result = new ArrayList<>();
    for (String path : paths.split(",", -1)) {
      result.add(of(path));
    }
    return result;
  }

  Object get(Object item, Budget budget) {
    return get(item, null, budget);
  }

  /** With {@code fallback}, if not null, in place of anything undefined on the way. */
  Object get(Object item, Object fallback, Budget budget) {
    Object value = item;
    for (Object part : parts) {
      budget.step();
      value = Members.item(value, part, budget);
      if (fallback != null && value instanceof Undefined) {
        value = fallback;
      }
    }
    return value;
  }
}
