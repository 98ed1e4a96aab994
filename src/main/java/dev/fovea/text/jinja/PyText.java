package dev.fovea.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Python's view of strings: code points, its white space, its lines. */
final class PyText {
  /** Needles longer than this are searched with a failure table, in linear time. */
  private static final int MAX_NAIVE_NEEDLE = 32;

  private PyText() {}

  /** {@code str.isspace} for one character; all such characters are in the basic plane. */
  static boolean isSpace(int c) {
    return (c >= 0x09 && c <= 0x0d)
        || (c >= 0x1c && c <= 0x20)
        || c == 0x85
        || c == 0xa0
        || c == 0x1680
        || (c >= 0x2000 && c <= 0x200a)
        || c == 0x2028
        || c == 0x2029
        || c == 0x202f
        || c == 0x205f
        || c == 0x3000;
  }

  static boolean isBlank(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      if (!isSpace(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  static String stripRight(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  static String stripLeft(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }

  /** Strips the code points of {@code chars}, or white space where it is null. */
  static String strip(String text, String chars, boolean left, boolean right) {
    if (chars == null) {
      String result = left ? stripLeft(text) : text;
      return right ? stripRight(result) : result;
    }
    Set<Integer> stripped = chars.codePoints().boxed().collect(Collectors.toSet());
    int start = 0;
    int end = text.length();
    while (left && start < end && stripped.contains(text.codePointAt(start))) {
      start += Character.charCount(text.codePointAt(start));
    }
    while (right && end > start && stripped.contains(text.codePointBefore(end))) {
      end -= Character.charCount(text.codePointBefore(end));
    }
    return text.substring(start, end);
  }

  static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /** Whether code point indices and UTF-16 indices are the same. */
  static boolean isPlain(String text) {
    return length(text) == text.length();
  }

  /** UTF-16 offset of the occurrence of {@code needle} at or after {@code from}, or -1. */
  static int find(String text, String needle, int from, Budget budget) {
    if (needle.length() <= MAX_NAIVE_NEEDLE) {
      int found = text.indexOf(needle, from);
      budget.scan((found < 0 ? text.length() : found) - from);
      return found;
    }
    budget.spend(needle.length() / 16);
    int[] fallback = failureTable(needle);
    int matched = 0;
    int at = from;
    while (at < text.length() && matched < needle.length()) {
      while (matched > 0 && text.charAt(at) != needle.charAt(matched)) {
        matched = fallback[matched - 1];
      }
      matched += text.charAt(at) == needle.charAt(matched) ? 1 : 0;
      at++;
    }
    budget.spend((at - from) / 16);
    return matched == needle.length() ? at - matched : -1;
  }

  /** Knuth, Morris and Pratt: the longest proper prefix that ends at each position. */
  private static int[] failureTable(String needle) {
    int[] table = new int[needle.length()];
    int matched = 0;
    for (int i = 1; i < needle.length(); i++) {
      while (matched > 0 && needle.charAt(i) != needle.charAt(matched)) {
        matched = table[matched - 1];
      }
      if (needle.charAt(i) == needle.charAt(matched)) {
        matched++;
      }
      table[i] = matched;
    }
    return table;
  }

  /** As {@link #find}, from the right: the last occurrence that ends at or before {@code end}. */
  static int findLast(String text, String needle, int end, Budget budget) {
    if (needle.length() > end) {
      return -1;
    }
    if (needle.length() <= MAX_NAIVE_NEEDLE) {
      int found = text.lastIndexOf(needle, end - needle.length());
      budget.scan(end - Math.max(0, found));
      return found;
    }
    int found = find(reversed(text.substring(0, end)), reversed(needle), 0, budget);
    return found < 0 ? -1 : end - found - needle.length();
  }

  static String reversed(String text) {
    return new StringBuilder(text).reverse().toString();
  }

  /** Up to {@code max} replacements from the left; all where {@code max} is negative. */
  static String replace(String text, String old, String replacement, long max, Budget budget) {
    StringBuilder out = new StringBuilder();
    long remaining = max < 0 ? Long.MAX_VALUE : max;
    int at = 0;
    while (remaining-- > 0) {
      int found = find(text, old, at, budget);
      if (found < 0) {
        break;
      }
      // An empty pattern matches before every character and at the end.
      int next =
          !old.isEmpty()
              ? found + old.length()
              : at < text.length() ? text.offsetByCodePoints(at, 1) : at;
      budget.scan(replacement.length() + next - at);
      budget.requireText((long) out.length() + replacement.length() + next - at);
      if (old.isEmpty()) {
        out.append(replacement).append(text, at, next);
        if (at == text.length()) {
          break;
        }
      } else {
        out.append(text, at, found).append(replacement);
      }
      at = next;
    }
    budget.requireText((long) out.length() + text.length() - at);
    budget.scan(text.length() - at);
    return out.append(text, at, text.length()).toString();
  }

  static long count(String text, String needle, Budget budget) {
    if (needle.isEmpty()) {
      return length(text) + 1L;
    }
    long count = 0;
    int at = find(text, needle, 0, budget);
    while (at >= 0) {
      count++;
      at = find(text, needle, at + needle.length(), budget);
    }
    return count;
  }

  static List<Object> splitLines(String text, boolean keepEnds) {
    List<Object> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < text.length(); ) {
      char c = text.charAt(i);
      int end = i++;
      if (!isLineBreak(c)) {
        continue;
      }
      if (c == '\r' && i < text.length() && text.charAt(i) == '\n') {
        i++;
      }
      lines.add(text.substring(start, keepEnds ? i : end));
      start = i;
    }
    if (start < text.length()) {
      lines.add(text.substring(start));
    }
    return lines;
  }

  private static boolean isLineBreak(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  /** Python orders strings by code point, Java by UTF-16 unit. */
  static int compare(String left, String right) {
    int length = Math.min(left.length(), right.length());
    for (int i = 0; i < length; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        boolean bothSurrogate = Character.isSurrogate(a) == Character.isSurrogate(b);
        return bothSurrogate ? a - b : Character.isSurrogate(a) ? 1 : -1;
      }
    }
    return left.length() - right.length();
  }
}
