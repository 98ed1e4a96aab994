package dev.fovea.server.answer;

import dev.fovea.server.http.ApiError;

/** Where a request's text goes; called by one thread at a time, ended exactly once. */
public interface Answer {

  /** More text, never empty, safe to show. */
  void text(String text);

  void end(AnswerEnd end, Usage usage);

  void fail(ApiError error);
}
