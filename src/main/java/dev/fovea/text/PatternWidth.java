package dev.fovea.text;

import java.util.List;

/**
 * How few characters a regular expression can match, as far as it can be told from its text: never
 * more than the true number. Onigmo's syntax; what is not understood counts nothing.
 */
final class PatternWidth {
  private static final int MAX_DEPTH = 64;
  private static final String CHARACTER_ESCAPES = "dDwWsShHpPtnrfvaeRX";
  private static final String PLACE_ESCAPES = "bBAzZG";

  private static final List<String> COUNTED = List.of("?:", "?>", "?i:");
  private static final List<String> OPENINGS = List.of("?:", "?>", "?i:", "?=", "?!", "?<=", "?<!");

  private final String pattern;
  private int at;
  private boolean isUnclear;

  private PatternWidth(String pattern) {
    this.pattern = pattern;
  }

  static int min(String pattern) {
    PatternWidth walk = new PatternWidth(pattern);
    int width = walk.alternatives(0);
    // A bracket too many: the expression is broken, and the native library says so.
    return walk.isUnclear || walk.at < pattern.length() ? 0 : width;
  }

  private boolean isAt(String text) {
    return pattern.startsWith(text, at);
  }

  private int alternatives(int depth) {
    int least = sequence(depth);
    while (isAt("|")) {
      at++;
      least = Math.min(least, sequence(depth));
    }
    return least;
  }

  private int sequence(int depth) {
    long width = 0;
    while (at < pattern.length() && !isAt("|") && !isAt(")")) {
      int one = atom(depth);
      width += one * quantifier();
    }
    return (int) Math.min(width, 1 << 16);
  }

  private int atom(int depth) {
    char c = pattern.charAt(at++);
    return switch (c) {
      case '^', '$' -> 0;
      case '\\' -> escape();
      case '[' -> characterClass();
      case '(' -> group(depth);
      default -> 1;
    };
  }

  private int escape() {
    if (at == pattern.length()) {
      return 0;
    }
    char c = pattern.charAt(at++);
    if ((c == 'p' || c == 'P') && isAt("{")) {
      int end = pattern.indexOf('}', at);
      at = end < 0 ? pattern.length() : end + 1;
    }
    boolean isCharacter = CHARACTER_ESCAPES.indexOf(c) >= 0 || !Character.isLetterOrDigit(c);
    // Other letters and digits refer back, or are written in several ways.
    isUnclear |= !isCharacter && PLACE_ESCAPES.indexOf(c) < 0;
    return isCharacter ? 1 : 0;
  }

  /** Classes may hold classes; what is in one matters for its end alone. */
  private int characterClass() {
    int open = 1;
    at += isAt("^]") ? 2 : isAt("]") ? 1 : 0;
    while (at < pattern.length() && open > 0) {
      char c = pattern.charAt(at++);
      if (c == '\\') {
        at = Math.min(at + 1, pattern.length());
      } else if (c == '[') {
        open++;
      } else if (c == ']') {
        open--;
      }
    }
    return 1;
  }

  private int group(int depth) {
    boolean isCounted = true;
    if (isAt("?")) {
      String opening = OPENINGS.stream().filter(this::isAt).findFirst().orElse("");
      isCounted = COUNTED.contains(opening);
      at += opening.length();
      isUnclear |= opening.isEmpty();
    }
    isUnclear |= depth == MAX_DEPTH;
    if (isUnclear) {
      at = pattern.length();
      return 0;
    }
    int width = alternatives(depth + 1);
    isUnclear |= !isAt(")");
    at++;
    return isCounted ? width : 0;
  }

  /** How often an atom is there at least, by what follows it; several apply one to the other. */
  private long quantifier() {
    long times = 1;
    while (at < pattern.length()) {
      char c = pattern.charAt(at);
      if (c == '?' || c == '*') {
        times = 0;
      } else if (c == '{') {
        times *= leastRepeat();
        int end = pattern.indexOf('}', at);
        at = end < 0 ? pattern.length() - 1 : end;
      } else if (c != '+') {
        return times;
      } else if (pattern.startsWith("?", at + 1)) {
        at++;
      }
      at++;
    }
    return times;
  }

  /** 1 where it says a number above zero; the true one is of no use. */
  private int leastRepeat() {
    int i = at + 1;
    while (i < pattern.length() && pattern.charAt(i) == '0') {
      i++;
    }
    return i < pattern.length() && Character.digit(pattern.charAt(i), 10) > 0 ? 1 : 0;
  }
}
