package dev.fovea.text.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** {@code strftime} in the C locale, for the directives that templates use. */
final class Strftime {
  private static final Map<Character, String> PATTERNS =
      Map.ofEntries(
          Map.entry('Y', "uuuu"),
          Map.entry('y', "uu"),
          Map.entry('m', "MM"),
          Map.entry('d', "dd"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('M', "mm"),
          Map.entry('S', "ss"),
          Map.entry('f', "SSSSSS"),
          Map.entry('p', "a"),
          Map.entry('j', "DDD"),
          Map.entry('B', "MMMM"),
          Map.entry('b', "MMM"),
          Map.entry('h', "MMM"),
          Map.entry('A', "EEEE"),
          Map.entry('a', "EEE"),
          Map.entry('F', "uuuu-MM-dd"),
          Map.entry('T', "HH:mm:ss"),
          Map.entry('R', "HH:mm"),
          Map.entry('D', "MM/dd/uu"));

  private Strftime() {}

  static String format(ZonedDateTime time, String format) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      boolean isUnpadded = i + 1 < format.length() && format.charAt(i + 1) == '-';
      i += isUnpadded ? 2 : 1;
      char directive = i < format.length() ? format.charAt(i) : 0;
      out.append(directive(time, directive, isUnpadded));
    }
    return out.toString();
  }

  private static String directive(ZonedDateTime time, char directive, boolean isUnpadded) {
    if (directive == '%') {
      return "%";
    }
    if (directive == 'e') {
      return String.format(Locale.ROOT, "%2d", time.getDayOfMonth());
    }
    String pattern = PATTERNS.get(directive);
    if (pattern == null) {
      throw TemplateException.unsupported("strftime directive %" + directive);
    }
    String text = DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
    return isUnpadded && text.length() > 1 && text.startsWith("0")
        ? text.replaceFirst("^0+(?=.)", "")
        : text;
  }
}
