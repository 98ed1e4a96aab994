package dev.fovea.text.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** {@code strftime} of a time without a zone, in the C locale. */
final class Strftime {
  private static final int STEPS_PER_DIRECTIVE = 16;
  private static final Map<Character, Function<ZonedDateTime, String>> DIRECTIVES =
      Map.ofEntries(
          pattern('Y', "uuuu"),
          pattern('y', "uu"),
          pattern('m', "MM"),
          pattern('d', "dd"),
          pattern('H', "HH"),
          pattern('I', "hh"),
          pattern('M', "mm"),
          pattern('S', "ss"),
          pattern('f', "SSSSSS"),
          pattern('p', "a"),
          pattern('j', "DDD"),
          pattern('B', "MMMM"),
          pattern('b', "MMM"),
          pattern('h', "MMM"),
          pattern('A', "EEEE"),
          pattern('a', "EEE"),
          pattern('F', "uuuu-MM-dd"),
          pattern('T', "HH:mm:ss"),
          pattern('X', "HH:mm:ss"),
          pattern('R', "HH:mm"),
          pattern('D', "MM/dd/uu"),
          pattern('x', "MM/dd/uu"),
          pattern('r', "hh:mm:ss a"),
          Map.entry('c', time -> at(time, "EEE MMM ") + day(time) + at(time, " HH:mm:ss uuuu")),
          Map.entry('e', Strftime::day),
          Map.entry('C', time -> two(time.getYear() / 100)),
          Map.entry('G', time -> Integer.toString(time.get(IsoFields.WEEK_BASED_YEAR))),
          Map.entry('V', time -> two(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR))),
          Map.entry(
              'U', time -> two((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7)),
          Map.entry(
              'W', time -> two((time.getDayOfYear() + 7 - time.getDayOfWeek().getValue()) / 7)),
          Map.entry('u', time -> Integer.toString(time.getDayOfWeek().getValue())),
          Map.entry('w', time -> Integer.toString(time.getDayOfWeek().getValue() % 7)),
          Map.entry(
              's', time -> Long.toString(time.truncatedTo(ChronoUnit.SECONDS).toEpochSecond())),
          Map.entry('z', time -> ""),
          Map.entry('Z', time -> ""),
          Map.entry('n', time -> "\n"),
          Map.entry('t', time -> "\t"),
          Map.entry('%', time -> "%"));

  private Strftime() {}

  private static Map.Entry<Character, Function<ZonedDateTime, String>> pattern(
      char directive, String pattern) {
    DateTimeFormatter formatter = DateTimeFormatter.ofPattern(pattern, Locale.US);
    return Map.entry(directive, formatter::format);
  }

  private static String at(ZonedDateTime time, String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
  }

  private static String two(int number) {
    return (number < 10 ? "0" : "") + number;
  }

  private static String day(ZonedDateTime time) {
    return (time.getDayOfMonth() < 10 ? " " : "") + time.getDayOfMonth();
  }

  static String format(ZonedDateTime time, String format, Budget budget) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        out.append(c);
        continue;
      }
      budget.spend(STEPS_PER_DIRECTIVE);
      boolean isUnpadded = i + 1 < format.length() && format.charAt(i + 1) == '-';
      i += isUnpadded ? 2 : 1;
      char directive = i < format.length() ? format.charAt(i) : 0;
      out.append(directive(time, directive, isUnpadded));
      budget.requireText(out.length());
    }
    budget.text(out.length());
    return out.toString();
  }

  private static String directive(ZonedDateTime time, char directive, boolean isUnpadded) {
    Function<ZonedDateTime, String> known = DIRECTIVES.get(directive);
    if (known == null) {
      throw TemplateException.unsupported("strftime directive %" + directive);
    }
    String text = known.apply(time);
    boolean isPadded = text.length() > 1 && "0 ".indexOf(text.charAt(0)) >= 0;
    return isUnpadded && isPadded ? text.replaceFirst("^[0 ]+(?=.)", "") : text;
  }
}
