package dev.fovea.server.answer;

import java.util.List;

/**
 * The JSON of one endpoint's answers. Where a stream was asked for usage, its parts before the last
 * carry {@code usage: null}.
 */
public interface AnswerFormat {

  /** Whether a choice begins with a part of its own, before its first text. */
  boolean opens();

  /** What goes before the first text of a choice of a stream, where the format {@link #opens}. */
  void opening(JsonBytes out, int choice);

  /**
   * @param soFar the counts, or null where they were not asked for
   */
  void delta(JsonBytes out, int choice, String text, Usage soFar);

  void finish(JsonBytes out, int choice, AnswerEnd end);

  /** The last part of a stream that was asked for usage: no choices. */
  void usage(JsonBytes out, Usage usage);

  void whole(JsonBytes out, List<Choice> choices, Usage usage);

  /** A complete choice; its place in the list is its index. */
  record Choice(String text, AnswerEnd end) {}
}
