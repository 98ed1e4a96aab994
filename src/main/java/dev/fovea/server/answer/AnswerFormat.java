package dev.fovea.server.answer;

/**
 * The JSON of one endpoint's answers, UTF-8. Where a stream was asked for usage, its parts before
 * the last carry {@code usage: null}.
 */
public interface AnswerFormat {

  /** What goes before the first text of a stream; empty where there is nothing. */
  byte[] opening();

  /**
   * @param soFar the counts, or null where they were not asked for
   */
  byte[] delta(String text, Usage soFar);

  byte[] finish(AnswerEnd end);

  /** The last part of a stream that was asked for usage: no choices. */
  byte[] usage(Usage usage);

  byte[] whole(String text, AnswerEnd end, Usage usage);
}
