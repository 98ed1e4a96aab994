package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The rules fields are read by. None coerces: {@code 1.9} is no integer, {@code "1"} no number. But
 * JSON has one kind of number: {@code 2.0} is an integer, and some clients write it so.
 */
final class Rules {
  private static final int MAX_SHOWN_CHARS = 40;

  /** Beyond it a double stands for more than one integer. */
  private static final double MAX_EXACT_DOUBLE = 1L << 53;

  private Rules() {}

  static Field.Rule<Integer> integer(int min, int max) {
    Field.Rule<Long> wide = wideInteger(min, max);
    return (value, path) -> wide.read(value, path).intValue();
  }

  static Field.Rule<Long> wideInteger(long min, long max) {
    String expected = String.format(Locale.ROOT, "an integer from %d to %d", min, max);
    return (value, path) -> {
      if (!isInteger(value)) {
        throw wrongType(path, expected, value);
      }
      if (!value.canConvertToLong() || value.longValue() < min || value.longValue() > max) {
        throw wrongValue(path, expected, value);
      }
      return value.longValue();
    };
  }

  private static boolean isInteger(JsonNode value) {
    if (!value.isFloatingPointNumber()) {
      return value.isIntegralNumber();
    }
    double number = value.doubleValue();
    return number == Math.rint(number) && Math.abs(number) <= MAX_EXACT_DOUBLE;
  }

  /** A finite number in a range whose lower end may be excluded. */
  static Field.Rule<Float> number(Range range) {
    return (value, path) -> {
      if (!value.isNumber()) {
        throw wrongType(path, range.words(), value);
      }
      double number = value.doubleValue();
      if (!range.holds(number)) {
        throw wrongValue(path, range.words(), value);
      }
      return (float) number;
    };
  }

  /**
   * @param minExcluded whether {@code min} itself is refused
   */
  record Range(double min, double max, boolean minExcluded) {
    static Range closed(double min, double max) {
      return new Range(min, max, false);
    }

    static Range above(double min, double max) {
      return new Range(min, max, true);
    }

    /** Tested after rounding to float, which is what the engine gets. */
    boolean holds(double number) {
      float rounded = (float) number;
      return rounded <= (float) max && (minExcluded ? rounded > min : rounded >= (float) min);
    }

    String words() {
      return minExcluded
          ? String.format(Locale.ROOT, "a number above %s, at most %s", plain(min), plain(max))
          : String.format(Locale.ROOT, "a number from %s to %s", plain(min), plain(max));
    }

    private static String plain(double number) {
      return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
  }

  static Field.Rule<Boolean> flag() {
    return (value, path) -> {
      if (!value.isBoolean()) {
        throw wrongType(path, "true or false", value);
      }
      return value.booleanValue();
    };
  }

  /** Text whose surrogates are paired, so that it is text in every encoding. */
  static Field.Rule<String> text(int minChars, int maxChars) {
    String expected =
        maxChars == Integer.MAX_VALUE
            ? String.format(Locale.ROOT, "a string of at least %d characters", minChars)
            : String.format(Locale.ROOT, "a string of %d to %d characters", minChars, maxChars);
    return (value, path) -> {
      if (!value.isTextual()) {
        throw wrongType(path, minChars == 0 ? "a string" : expected, value);
      }
      String text = value.textValue();
      if (text.length() < minChars || text.length() > maxChars) {
        throw ApiException.badField(
            path,
            ErrorCodes.INVALID_VALUE,
            String.format(Locale.ROOT, "%s: expected %s, got %d", path, expected, text.length()));
      }
      if (hasLoneSurrogate(text)) {
        throw ApiException.badField(
            path,
            ErrorCodes.INVALID_VALUE,
            path + ": expected Unicode text, got an unpaired surrogate");
      }
      return text;
    };
  }

  /** An array whose elements follow one rule; errors name the element. */
  static <T> Field.Rule<List<T>> list(Field.Rule<T> element, int min, int max) {
    String expected = String.format(Locale.ROOT, "an array of %d to %d elements", min, max);
    return (value, path) -> {
      if (!value.isArray()) {
        throw wrongType(path, expected, value);
      }
      if (value.size() < min || value.size() > max) {
        throw ApiException.badField(
            path,
            ErrorCodes.INVALID_VALUE,
            String.format(Locale.ROOT, "%s: expected %s, got %d", path, expected, value.size()));
      }
      List<T> elements = new ArrayList<>(value.size());
      for (int i = 0; i < value.size(); i++) {
        // Plain concatenation: a prompt may be a hundred thousand token ids.
        elements.add(element.read(value.get(i), path + "[" + i + "]"));
      }
      return elements;
    };
  }

  /** One element or an array of them. */
  static <T> Field.Rule<List<T>> oneOrMore(Field.Rule<T> element, int max) {
    Field.Rule<List<T>> list = list(element, 0, max);
    return (value, path) ->
        value.isArray() ? list.read(value, path) : List.of(element.read(value, path));
  }

  static ApiException wrongType(String path, String expected, JsonNode value) {
    return ApiException.badField(
        path,
        ErrorCodes.INVALID_TYPE,
        String.format(Locale.ROOT, "%s: expected %s, got %s", path, expected, describe(value)));
  }

  static ApiException wrongValue(String path, String expected, JsonNode value) {
    return ApiException.badField(
        path,
        ErrorCodes.INVALID_VALUE,
        String.format(Locale.ROOT, "%s: expected %s, got %s", path, expected, describe(value)));
  }

  /** A short form of a hostile value. */
  private static String describe(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT -> "an object";
      case STRING -> "the string \"" + shortened(value.textValue()) + "\"";
      default -> shortened(value.asText());
    };
  }

  private static String shortened(String text) {
    String shown =
        text.length() <= MAX_SHOWN_CHARS ? text : text.substring(0, MAX_SHOWN_CHARS) + "...";
    StringBuilder printable = new StringBuilder(shown.length());
    shown
        .chars()
        .forEach(
            c ->
                printable.append(
                    Character.isISOControl(c) || Character.isSurrogate((char) c) ? '?' : (char) c));
    return printable.toString();
  }

  private static boolean hasLoneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return true;
      }
    }
    return false;
  }
}
