package dev.fovea.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reading of fields that recommend something and decide nothing: a value that cannot be followed is
 * left out with a warning, where {@link ConfigFields} would refuse the file.
 *
 * @param warnings lines that name the file, grown by reading
 */
record Advice(ConfigFields fields, List<String> warnings) {

  /**
   * @param above the lower bound is excluded
   */
  record Range(double min, double max, boolean above) {
    boolean holds(double number) {
      return (above ? number > min : number >= min) && number <= max;
    }

    @Override
    public String toString() {
      return above
          ? String.format(Locale.ROOT, "a number above %s and at most %s", min, max)
          : String.format(Locale.ROOT, "a number of %s to %s", min, max);
    }
  }

  static Advice of(ConfigFields fields) {
    return new Advice(fields, new ArrayList<>());
  }

  /** A number, or null. */
  Double number(String name, Range range) {
    if (!fields.has(name)) {
      return null;
    }
    JsonNode value = fields.object().get(name);
    if (value.isNumber() && range.holds(value.doubleValue())) {
      return value.doubleValue();
    }
    leaveOut(name, range.toString(), value);
    return null;
  }

  /** An integer of {@code min .. max}, or null. */
  Integer integer(String name, int min, int max) {
    if (!fields.has(name)) {
      return null;
    }
    JsonNode value = fields.object().get(name);
    if (isIntegerOf(value, min, max)) {
      return value.intValue();
    }
    leaveOut(name, String.format(Locale.ROOT, "an integer of %d to %d", min, max), value);
    return null;
  }

  /** Token ids given as one integer, a list, or not at all; those of the vocabulary. */
  List<Integer> tokenIds(String name, int vocabulary) {
    List<Integer> ids = new ArrayList<>();
    if (fields.has(name)) {
      JsonNode value = fields.object().get(name);
      for (JsonNode item : value.isArray() ? value : List.of(value)) {
        if (isIntegerOf(item, 0, vocabulary - 1)) {
          ids.add(item.intValue());
        } else {
          leaveOut(name, "token ids below " + vocabulary, item);
        }
      }
    }
    return ids;
  }

  private static boolean isIntegerOf(JsonNode value, int min, int max) {
    return value.isIntegralNumber()
        && value.canConvertToInt()
        && value.intValue() >= min
        && value.intValue() <= max;
  }

  private void leaveOut(String name, String expected, JsonNode got) {
    warnings.add(
        String.format(
            Locale.ROOT,
            "%s: %s is left out: expected %s, got %s",
            fields.file().getFileName(),
            name,
            expected,
            ConfigFields.brief(got)));
  }
}
