package dev.fovea.text;

import java.util.Arrays;

/**
 * Turns a stream of token ids into a stream of text that never ends inside a character and is never
 * taken back: what all calls answered, joined, is the text of all tokens decoded at once. For one
 * thread.
 *
 * <p>A token's text depends on its neighbours (the space before a word, bytes of one character), so
 * each step decodes a small window: the tokens answered last and the pending ones. Text is held
 * back while it ends in U+FFFD, the mark of an incomplete character. Bytes that are not UTF-8 at
 * all come out as U+FFFD a few tokens later.
 */
public final class IncrementalDecoder {
  private static final String INCOMPLETE = "\ufffd";

  /** Tokens of the prompt that the first generated one depends on, and the most it may. */
  private static final int PROMPT_TOKENS = 6;

  private static final int MAX_PROMPT_TOKENS = 60;

  /** Most tokens that can hold an incomplete character: it lacks at least one of 4 bytes. */
  private static final int MAX_TAIL_TOKENS = 3;

  /** A character has at most 4 bytes; this many pending tokens cannot be one incomplete one. */
  private static final int MAX_PENDING = 8;

  private final Tokenizer tokenizer;
  private final boolean skipsSpecialTokens;
  private int[] window;
  private int size;

  /** The first so many tokens of the window have been answered, as the text {@code answered}. */
  private int numAnswered;

  private String answered = "";

  /** The prompt's tokens in the window and their text, where that ends in U+FFFD; or null. */
  private String begun;

  private int numBegun;

  /** A decoder for text that stands by itself, such as a chat answer. */
  public IncrementalDecoder(Tokenizer tokenizer, boolean skipsSpecialTokens) {
    this(tokenizer, skipsSpecialTokens, new int[0]);
  }

  /**
   * A decoder for text that continues {@code prompt}: a first word keeps its leading space, and a
   * character begun in the prompt is completed.
   */
  public IncrementalDecoder(Tokenizer tokenizer, boolean skipsSpecialTokens, int[] prompt) {
    this.tokenizer = tokenizer;
    this.skipsSpecialTokens = skipsSpecialTokens;
    int[] visible = Arrays.stream(prompt).filter(this::isVisible).toArray();
    do {
      size = Math.min(visible.length, size + PROMPT_TOKENS);
      window = Arrays.copyOfRange(visible, visible.length - size, visible.length + PROMPT_TOKENS);
      answered = text(0, size);
      // A window that begins inside a character, or inside a run of byte tokens, has to grow.
    } while (answered.startsWith(INCOMPLETE) && size < Math.min(visible.length, MAX_PROMPT_TOKENS));
    numAnswered = size;
    // A character begun in the prompt is pending, not answered. Whether it was one, or the prompt
    // says U+FFFD, shows when the next text comes.
    for (int end = size; end >= Math.max(0, size - MAX_TAIL_TOKENS); end--) {
      String complete = text(0, end);
      if (!complete.endsWith(INCOMPLETE)) {
        if (end < size) {
          begun = answered;
          numBegun = size;
        }
        numAnswered = end;
        answered = complete;
        break;
      }
    }
  }

  private boolean isVisible(int id) {
    return !(skipsSpecialTokens && tokenizer.isSpecial(id)) && tokenizer.tokenText(id).isPresent();
  }

  private void push(int id) {
    if (size == window.length) {
      window = Arrays.copyOf(window, size * 2);
    }
    window[size++] = id;
  }

  private String text(int from, int to) {
    // Special tokens to skip are not in the window: one alone would change what stands before.
    return tokenizer.decode(Arrays.copyOfRange(window, from, to), false);
  }

  /** The text that {@code tokenId} completes; empty while a character or nothing is pending. */
  public String append(int tokenId) {
    if (!isVisible(tokenId)) {
      return "";
    }
    push(tokenId);
    String text = text(0, size);
    if (!text.endsWith(INCOMPLETE)) {
      return answer(text, size);
    }
    int numPending = size - numAnswered;
    if (numPending < MAX_PENDING) {
      return "";
    }
    // Not UTF-8: the last three tokens may begin a character, what is before them is settled.
    for (int end = size - MAX_TAIL_TOKENS; end > numAnswered && end >= size - 6; end--) {
      String head = text(0, end);
      boolean isSettled = head.length() > answered.length() && text.startsWith(head);
      if (isSettled && head.startsWith(answered)) {
        return answer(head, end);
      }
    }
    return numPending < 2 * MAX_PENDING ? "" : answer(text, size);
  }

  /** Answers what of {@code text}, the first {@code end} tokens, was not answered before. */
  private String answer(String text, int end) {
    keepPrompt(text, end);
    String fresh;
    if (text.startsWith(answered)) {
      fresh = text.substring(answered.length());
    } else {
      // Bytes that are not UTF-8 changed how those before them decode; these are out already.
      fresh = text(numAnswered, end);
    }
    if (fresh.isEmpty()) {
      return "";
    }
    int from = Math.min(numAnswered, end);
    System.arraycopy(window, from, window, 0, size - from);
    size -= from;
    numAnswered = end - from;
    answered = text(0, numAnswered);
    return fresh;
  }

  /** What the prompt ended in is not said again where nothing that followed has changed it. */
  private void keepPrompt(String text, int end) {
    if (begun != null && end >= numBegun && text.startsWith(begun)) {
      answered = begun;
      numAnswered = numBegun;
    }
    begun = null;
  }

  /** The end of the text: what was held back, with U+FFFD for what stayed incomplete. */
  public String finish() {
    return size == numAnswered ? "" : answer(text(0, size), size);
  }
}
