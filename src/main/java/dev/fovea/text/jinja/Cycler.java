package dev.fovea.text.jinja;

/** {@code cycler(...)}: its items in turn, again and again. */
final class Cycler implements Host {
  private final Tuple items;
  private int position;

  private Cycler(Tuple items) {
    this.items = items;
  }

  static Cycler of(Arguments arguments) {
    return new Cycler(Tuple.of(arguments.positionalOnly("cycler", 1, Integer.MAX_VALUE)));
  }

  @Override
  public String typeName() {
    return "Cycler";
  }

  @Override
  public Object attribute(String name, Budget budget) {
    return switch (name) {
      case "current" -> items.items().get(position);
      case "items" -> items;
      case "pos" -> (long) position;
      case "next" -> new TemplateFunction(name, this::next);
      case "reset" ->
          new TemplateFunction(
              name,
              arguments -> {
                arguments.positionalOnly(name, 0, 0);
                position = 0;
                return None.NONE;
              });
      default -> null;
    };
  }

  private Object next(Arguments arguments) {
    arguments.positionalOnly("next", 0, 0);
    Object item = items.items().get(position);
    position = (position + 1) % items.items().size();
    return item;
  }
}
