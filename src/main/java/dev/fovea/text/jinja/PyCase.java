package dev.fovea.text.jinja;

import java.util.Locale;

/** Python's case rules: those of Unicode, in linear time. */
final class PyCase {
  private static final int CAPITAL_SIGMA = 0x3a3;
  private static final char SMALL_SIGMA = '\u03c3';
  private static final char FINAL_SIGMA = '\u03c2';
  private static final int CAPITAL_I_WITH_DOT = 0x130;
  private static final int DOTLESS_I = 0x131;
  private static final int CAPITAL_SHARP_S = 0x1e9e;

  /** Punctuation that case mapping looks through, beside marks and modifiers. */
  private static final String CASE_IGNORABLE =
      "'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a";

  private PyCase() {}

  /** Full case mapping, character by character: no mapping to upper case looks at others. */
  static String upper(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      appendUpper(c, out);
      at += Character.charCount(c);
    }
    return out.toString();
  }

  private static void appendUpper(int c, StringBuilder out) {
    // Only letters that are not upper case may become several.
    if (c >= 0x80 && (Character.isLowerCase(c) || Character.isTitleCase(c))) {
      out.append(Character.toString(c).toUpperCase(Locale.ROOT));
    } else {
      out.appendCodePoint(Character.toUpperCase(c));
    }
  }

  static String lower(String text) {
    StringBuilder out = new StringBuilder(text.length());
    // Only the sigma looks at what is around it: whether a cased letter is before it, none behind.
    boolean afterCased = false;
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      if (c == CAPITAL_SIGMA) {
        appendLowerSigma(afterCased, text, at, out);
      } else {
        appendLower(c, out);
      }
      afterCased = isCaseIgnorable(c) ? afterCased : isCased(c);
    }
    return out.toString();
  }

  private static void appendLowerSigma(
      boolean afterCased, String text, int next, StringBuilder out) {
    out.append(afterCased && !isBeforeCased(text, next) ? FINAL_SIGMA : SMALL_SIGMA);
  }

  private static void appendLower(int c, StringBuilder out) {
    if (c == CAPITAL_I_WITH_DOT) {
      out.append("i\u0307");
    } else {
      out.appendCodePoint(Character.toLowerCase(c));
    }
  }

  private static boolean isBeforeCased(String text, int from) {
    int at = from;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      if (!isCaseIgnorable(c)) {
        return isCased(c);
      }
      at += Character.charCount(c);
    }
    return false;
  }

  private static boolean isCaseIgnorable(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK,
          Character.ENCLOSING_MARK,
          Character.FORMAT,
          Character.MODIFIER_LETTER,
          Character.MODIFIER_SYMBOL ->
          true;
      default -> CASE_IGNORABLE.indexOf(c) >= 0;
    };
  }

  /** {@code str.title}: a letter is upper case unless it follows a cased one. */
  static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean afterCased = false;
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      if (!afterCased) {
        out.append(titleCased(c));
      } else if (c == CAPITAL_SIGMA) {
        appendLowerSigma(true, text, at, out);
      } else {
        appendLower(c, out);
      }
      afterCased = isCased(c);
    }
    return out.toString();
  }

  static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    return titleCased(first) + lower(text.substring(Character.charCount(first)));
  }

  private static String titleCased(int c) {
    int title = Character.toTitleCase(c);
    String upper = upper(Character.toString(c));
    if (title != c || upper.codePointCount(0, upper.length()) == 1) {
      return Character.toString(title);
    }
    // One letter that becomes several, such as the German sharp s.
    int first = Character.charCount(upper.codePointAt(0));
    return upper.substring(0, first) + lower(upper.substring(first));
  }

  /** {@code str.casefold}: what differs only by case becomes equal. */
  static String fold(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (c == CAPITAL_SHARP_S) {
                out.append("ss");
              } else if (isCherokee(c)) {
                out.appendCodePoint(Character.toUpperCase(c));
              } else if (c == DOTLESS_I || (c >= 0x13a0 && c <= 0x13f5)) {
                out.appendCodePoint(c);
              } else {
                StringBuilder upper = new StringBuilder();
                appendUpper(c, upper);
                upper.codePoints().forEach(u -> appendLower(u, out));
              }
            });
    return out.toString();
  }

  /** Cherokee is folded to its capitals, which are the older letters. */
  private static boolean isCherokee(int c) {
    return (c >= 0x13f8 && c <= 0x13fd) || (c >= 0xab70 && c <= 0xabbf);
  }

  static String swapCase(String text) {
    StringBuilder out = new StringBuilder(text.length());
    boolean afterCased = false;
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      if (c == CAPITAL_SIGMA) {
        appendLowerSigma(afterCased, text, at, out);
      } else if (Character.isUpperCase(c)) {
        appendLower(c, out);
      } else if (Character.isLowerCase(c)) {
        appendUpper(c, out);
      } else {
        out.appendCodePoint(c);
      }
      afterCased = isCaseIgnorable(c) ? afterCased : isCased(c);
    }
    return out.toString();
  }

  static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }
}
