package dev.fovea.weights;

import java.util.Random;

/** Seeded damage to JSON text: what a fuzzer does first. */
public final class JsonMutations {
  private static final String[] TOKENS = {
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "NaN",
    "Infinity",
    "9223372036854775807",
    "18446744073709551616",
    "4294967296",
    "0.5",
    "\"\\u0000\"",
    "\\",
    " ",
    "\"F64\"",
    "\"I8\"",
    "{\"a\":1}",
    "[[[[",
    "\"\ud83d\ude00\"",
    "-0",
    "2147483648"
  };

  private JsonMutations() {}

  /** One to three mutations. */
  public static String mutate(String json, Random random) {
    StringBuilder text = new StringBuilder(json);
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count && text.length() > 1; i++) {
      once(text, random);
    }
    return text.toString();
  }

  private static void once(StringBuilder text, Random random) {
    int at = random.nextInt(text.length());
    int end = Math.min(text.length(), at + 1 + random.nextInt(12));
    String token = TOKENS[random.nextInt(TOKENS.length)];
    switch (random.nextInt(6)) {
      case 0 -> text.delete(at, end);
      case 1 -> text.insert(at, token);
      case 2 -> text.replace(at, end, token);
      case 3 -> text.insert(at, text.substring(at, end)); // doubled
      case 4 -> text.setCharAt(at, (char) random.nextInt(0x180));
      default -> replaceNumber(text, at, token);
    }
  }

  /** Swaps a whole number, so that the JSON stays valid and only its meaning breaks. */
  private static void replaceNumber(StringBuilder text, int from, String token) {
    int at = from;
    while (at < text.length() && !Character.isDigit(text.charAt(at))) {
      at++;
    }
    int end = at;
    while (end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    text.replace(at, end, token);
  }
}
