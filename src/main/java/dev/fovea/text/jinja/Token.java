package dev.fovea.text.jinja;

/**
 * One lexical unit.
 *
 * @param text the name, operator or template data as written
 * @param value the literal's value: {@code String} or {@code Number}, else null
 */
record Token(Kind kind, String text, Object value, int line) {
  enum Kind {
    DATA,
    VARIABLE_BEGIN,
    VARIABLE_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  String described() {
    return switch (kind) {
      case END -> "end of template";
      case BLOCK_END -> "end of statement block";
      case VARIABLE_END -> "end of print statement";
      default -> "'" + text + "'";
    };
  }
}
