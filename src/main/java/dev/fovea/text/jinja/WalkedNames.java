package dev.fovea.text.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Names, attributes and keys that loops and filters of a template walk over. */
final class WalkedNames {
  private final Set<String> names = new HashSet<>();

  Set<String> names() {
    return Set.copyOf(names);
  }

  /**
   * Takes the last name of each path in what is walked over: {@code content} of {@code m.content}.
   */
  void add(Expr source) {
    Deque<Expr> open = new ArrayDeque<>(List.of(source));
    while (!open.isEmpty()) {
      Expr expr = open.pop();
      if (expr instanceof Expr.Name name) {
        names.add(name.id());
      } else if (expr instanceof Expr.Attribute attribute) {
        names.add(attribute.name());
      } else if (expr instanceof Expr.Item item
          && item.key() instanceof Expr.Literal key
          && key.value() instanceof String text) {
        names.add(text);
      } else if (expr instanceof Expr.Filter filter && filter.input() != null) {
        open.push(filter.input());
      } else if (expr instanceof Expr.Slice slice) {
        open.push(slice.target());
      } else if (expr instanceof Expr.Logical logical) {
        open.push(logical.left());
        open.push(logical.right());
      } else if (expr instanceof Expr.Conditional conditional) {
        open.push(conditional.then());
      }
    }
  }
}
