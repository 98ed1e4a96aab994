package dev.fovea.server.answer;

import dev.fovea.server.http.ApiError;
import dev.fovea.server.http.ApiException;

/** Collects the text and answers with one JSON object. */
public final class WholeAnswer implements Answer {
  private final AnswerFormat format;
  private final AnswerMailbox mailbox;
  private final StringBuilder text = new StringBuilder();

  public WholeAnswer(AnswerFormat format, AnswerMailbox mailbox) {
    this.format = format;
    this.mailbox = mailbox;
  }

  @Override
  public void text(String more, Usage soFar) {
    text.append(more);
  }

  @Override
  public void end(AnswerEnd end, Usage usage) {
    mailbox.offer(format.whole(text.toString(), end, usage));
    mailbox.complete();
  }

  @Override
  public void fail(ApiError error) {
    mailbox.fail(new ApiException(error));
  }
}
