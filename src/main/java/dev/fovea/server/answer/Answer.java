package dev.fovea.server.answer;

import dev.fovea.server.http.ApiError;

/** Where a request's text goes; called by one thread at a time, ended exactly once. */
public interface Answer {

  /**
   * More text, never empty, safe to show.
   *
   * @param soFar tokens with those of this text
   */
  void text(String text, Usage soFar);

  void end(AnswerEnd end, Usage usage);

  void fail(ApiError error);
}
