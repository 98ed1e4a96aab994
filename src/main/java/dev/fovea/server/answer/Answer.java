package dev.fovea.server.answer;

import dev.fovea.server.http.ApiException;

/**
 * Where the text of a request's choices goes; called by one thread at a time. Each choice is ended
 * once and then the answer completed, or it fails at any time; after that nothing is called.
 */
public interface Answer {

  /**
   * More text of a choice, never empty, safe to show.
   *
   * @param soFar tokens with those of this text
   */
  void text(int choice, String text, Usage soFar);

  void end(int choice, AnswerEnd end);

  /** All choices have ended. */
  void complete(Usage usage);

  void fail(ApiException failure);
}
