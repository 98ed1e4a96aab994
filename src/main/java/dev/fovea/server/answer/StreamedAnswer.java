package dev.fovea.server.answer;

import dev.fovea.server.http.ApiException;
import dev.fovea.server.request.Streaming;

/**
 * Sends the texts as server-sent events, framed byte for byte as the OpenAI API does: {@code data:
 * } with its space, no {@code id:}, no {@code event:} but for an error, {@code [DONE]} last. The
 * events of several choices are mixed, each with its index.
 */
public final class StreamedAnswer implements Answer {
  private static final byte[] DATA = JsonBytes.ascii("data: ");
  private static final byte[] ERROR_EVENT = JsonBytes.ascii("event: error\n");
  private static final byte[] EVENT_END = JsonBytes.ascii("\n\n");
  private static final byte[] DONE = JsonBytes.ascii("data: [DONE]\n\n");

  private final AnswerFormat format;
  private final AnswerMailbox mailbox;
  private final Streaming streaming;
  private final boolean sharesConnection;
  private final int numChoices;
  private final JsonBytes events = new JsonBytes();
  private boolean opened;

  /**
   * @param sharesConnection other answers use the connection at the same time (HTTP/2)
   */
  public StreamedAnswer(
      AnswerFormat format,
      AnswerMailbox mailbox,
      Streaming streaming,
      boolean sharesConnection,
      int numChoices) {
    this.format = format;
    this.mailbox = mailbox;
    this.streaming = streaming;
    this.sharesConnection = sharesConnection;
    this.numChoices = numChoices;
  }

  @Override
  public void text(int choice, String text, Usage soFar) {
    open();
    events.raw(DATA);
    format.delta(events, choice, text, streaming.continuousUsage() ? soFar : null);
    events.raw(EVENT_END);
    mailbox.offer(events.take());
  }

  @Override
  public void end(int choice, AnswerEnd end) {
    open();
    events.raw(DATA);
    format.finish(events, choice, end);
    events.raw(EVENT_END);
    mailbox.offer(events.take());
  }

  @Override
  public void complete(Usage usage) {
    if (streaming.includeUsage()) {
      events.raw(DATA);
      format.usage(events, usage);
      events.raw(EVENT_END);
    }
    mailbox.offer(events.raw(DONE).take());
    mailbox.complete();
  }

  /**
   * Before the first event the request fails with a status; after it an error event goes out and
   * the connection is cut rather than closed, so that nobody takes half an answer for a whole one.
   * A shared connection is left open: cut, it would lose the event, and the other answers with it.
   */
  @Override
  public void fail(ApiException failure) {
    if (opened) {
      events.raw(ERROR_EVENT).raw(DATA).raw(failure.error().toJson()).raw(EVENT_END);
      mailbox.offer(events.take());
    }
    if (opened && sharesConnection) {
      mailbox.complete();
    } else {
      mailbox.fail(failure);
    }
  }

  /**
   * The openings travel with the first text, as clients take the first event for the first token;
   * those of all choices, as clients take what they have not heard of by then for what is not
   * there.
   */
  private void open() {
    for (int choice = 0; !opened && format.opens() && choice < numChoices; choice++) {
      events.raw(DATA);
      format.opening(events, choice);
      events.raw(EVENT_END);
    }
    opened = true;
  }
}
