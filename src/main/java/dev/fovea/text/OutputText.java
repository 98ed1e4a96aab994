package dev.fovea.text;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The text of one output as it grows, until a stop string ends it. Special tokens are not shown,
 * yet a stop string may name one: such strings are looked for in the text with its special tokens,
 * the others in the text that is shown. For one thread.
 */
public final class OutputText {
  private final Tokenizer tokenizer;
  private final IncrementalDecoder decoder;
  private final StopMatcher shown;
  private final StopMatcher whole;
  private final boolean looksAtWhole;
  private final int minTokens;

  /** What the whole text has and {@code whole} has not let go yet: lengths, negative if hidden. */
  private final Deque<Integer> held = new ArrayDeque<>();

  private int numTokens;
  private String stopString;

  /**
   * @param decoder that leaves special tokens out
   * @param stops strings that end the text and are not part of it
   * @param minTokens so many tokens are shown whatever they say
   * @throws IllegalArgumentException if there are too many stop strings, or one cannot be meant
   */
  public OutputText(
      Tokenizer tokenizer, IncrementalDecoder decoder, List<String> stops, int minTokens) {
    this.tokenizer = tokenizer;
    this.decoder = decoder;
    this.minTokens = minTokens;
    List<String> withSpecial = stops.stream().filter(tokenizer::spellsSpecial).toList();
    this.looksAtWhole = !withSpecial.isEmpty();
    this.whole = new StopMatcher(withSpecial);
    this.shown =
        new StopMatcher(stops.stream().filter(stop -> !withSpecial.contains(stop)).toList());
  }

  /** Text that has become safe to show; empty while a character or a stop string may be pending. */
  public String append(int id) {
    numTokens++;
    String text = decoder.append(id);
    if (numTokens <= minTokens) {
      return text;
    }
    StringBuilder safe = new StringBuilder(take(text, false));
    if (looksAtWhole && stopString == null && tokenizer.isSpecial(id)) {
      safe.append(take(tokenizer.tokenText(id).orElse(""), true));
    }
    return safe.toString();
  }

  /** What was held back, of which a stop string may still be found. */
  public String finish() {
    String text = decoder.finish();
    if (numTokens <= minTokens) {
      return text;
    }
    String safe = take(text, false);
    if (stopString == null) {
      safe += show(visible(whole.finish()));
    }
    return stopString == null ? safe + shown.finish() : safe;
  }

  /** The stop string that was found, after which there is no more text; or null. */
  public String stopString() {
    return stopString;
  }

  private String take(String text, boolean isHidden) {
    if (!looksAtWhole) {
      return show(text);
    }
    if (!text.isEmpty()) {
      held.add(isHidden ? -text.length() : text.length());
    }
    StopMatcher.Result result = whole.append(text);
    String safe = show(visible(result.text()));
    if (stopString == null && result.stop().isPresent()) {
      stopString = result.stop().get();
      safe += shown.finish();
    }
    return safe;
  }

  /** The part of the whole text that is next let go, without what is hidden. */
  private String visible(String next) {
    StringBuilder visible = new StringBuilder();
    int at = 0;
    while (at < next.length()) {
      int run = held.poll();
      int length = Math.min(Math.abs(run), next.length() - at);
      if (run > 0) {
        visible.append(next, at, at + length);
      }
      if (length < Math.abs(run)) {
        held.push(run > 0 ? run - length : run + length);
      }
      at += length;
    }
    return visible.toString();
  }

  private String show(String text) {
    if (text.isEmpty() || stopString != null) {
      return "";
    }
    StopMatcher.Result result = shown.append(text);
    stopString = result.stop().orElse(null);
    return result.text();
  }
}
