package dev.fovea.text;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Looks for stop strings in streamed text and holds back what could be the beginning of one. The
 * first one to be complete wins, the longest where several are; the result does not depend on how
 * the text is cut into pieces. For one thread.
 */
public final class StopMatcher {
  /** Most stop strings a request may have. */
  public static final int MAX_STOPS = 16;

  /**
   * What a piece of text leads to.
   *
   * @param text what may be shown now: nothing of a stop string or of a possible beginning of one
   * @param stop the stop string that ended the text, if one did
   */
  public record Result(String text, Optional<String> stop) {}

  private final List<String> stops;
  private String held = "";
  private boolean isStopped;

  /**
   * A matcher for 0 to {@value #MAX_STOPS} stop strings.
   *
   * @throws IllegalArgumentException if there are more, or one is empty or not well-formed
   */
  public StopMatcher(List<String> stops) {
    if (stops.size() > MAX_STOPS) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT, "stop: expected at most %d strings, got %d", MAX_STOPS, stops.size()));
    }
    for (String stop : stops) {
      if (stop.isEmpty()) {
        throw new IllegalArgumentException("stop: expected strings that are not empty, got one");
      }
      if (stop.codePoints().anyMatch(c -> c <= 0xffff && Character.isSurrogate((char) c))) {
        throw new IllegalArgumentException("stop: expected well-formed text, got half a character");
      }
    }
    this.stops = List.copyOf(stops);
  }

  /**
   * Takes the next piece of text.
   *
   * @throws IllegalStateException if a stop string was found before
   */
  public Result append(String piece) {
    if (isStopped) {
      throw new IllegalStateException("stop: text after the end");
    }
    String text = held + piece;
    for (int end = held.length() + 1; end <= text.length(); end++) {
      String match = longestMatchEndingAt(text, end);
      if (match != null) {
        isStopped = true;
        held = "";
        return new Result(text.substring(0, end - match.length()), Optional.of(match));
      }
    }
    int from = beginningOfStop(text);
    held = text.substring(from);
    return new Result(text.substring(0, from), Optional.empty());
  }

  private String longestMatchEndingAt(String text, int end) {
    String longest = null;
    for (String stop : stops) {
      boolean isLonger = longest == null || stop.length() > longest.length();
      if (isLonger && text.startsWith(stop, end - stop.length())) {
        longest = stop;
      }
    }
    return longest;
  }

  /** Where the longest end of {@code text} begins that is the beginning of a stop string. */
  private int beginningOfStop(String text) {
    int longest = stops.stream().mapToInt(String::length).max().orElse(0);
    for (int from = Math.max(0, text.length() - longest + 1); from < text.length(); from++) {
      for (String stop : stops) {
        if (stop.length() > text.length() - from
            && text.regionMatches(from, stop, 0, text.length() - from)) {
          return from;
        }
      }
    }
    return text.length();
  }

  /** The end of the text without a stop: what was held back. */
  public String finish() {
    String rest = held;
    held = "";
    return rest;
  }
}
