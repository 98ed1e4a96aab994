package dev.fovea.server.http;

/**
 * An estimate from above of what reading a JSON text takes of Java's heap, by its bytes alone:
 * short values take many times their length. A text of {@code [[],[],...} would need forty times
 * its own.
 */
final class JsonCost {
  /** Characters while a string is read, and the string. */
  private static final int PER_STRING_BYTE = 4;

  /** A value, its place in a list, and the same again in a request's own form. */
  private static final int PER_VALUE = 96;

  /** A list. */
  private static final int PER_ARRAY = 64;

  /** A map. */
  private static final int PER_OBJECT = 128;

  /** An entry with its name. */
  private static final int PER_FIELD = 192;

  private JsonCost() {}

  /** In bytes; of what is no JSON, something. */
  static long of(byte[] json) {
    long cost = 0;
    boolean inString = false;
    for (int i = 0; i < json.length; i++) {
      byte c = json[i];
      if (inString) {
        cost += PER_STRING_BYTE;
        if (c == '\\') {
          i++;
        } else if (c == '"') {
          inString = false;
        }
      } else {
        switch (c) {
          case '"' -> inString = true;
          case ',' -> cost += PER_VALUE;
          case '[' -> cost += PER_ARRAY;
          case '{' -> cost += PER_OBJECT;
          case ':' -> cost += PER_FIELD;
          default -> {}
        }
      }
    }
    return cost;
  }
}
