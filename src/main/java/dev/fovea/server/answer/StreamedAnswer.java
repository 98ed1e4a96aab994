package dev.fovea.server.answer;

import dev.fovea.server.http.ApiError;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.request.Streaming;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Sends the text as server-sent events, framed byte for byte as the OpenAI API does: {@code data: }
 * with its space, no {@code id:}, no {@code event:} but for an error, {@code [DONE]} last.
 */
public final class StreamedAnswer implements Answer {
  private static final byte[] DATA = ascii("data: ");
  private static final byte[] ERROR_EVENT = ascii("event: error\n");
  private static final byte[] EVENT_END = ascii("\n\n");
  private static final byte[] DONE = ascii("data: [DONE]\n\n");

  private final AnswerFormat format;
  private final AnswerMailbox mailbox;
  private final Streaming streaming;
  private final boolean sharesConnection;
  private boolean opened;

  /**
   * @param sharesConnection other answers use the connection at the same time (HTTP/2)
   */
  public StreamedAnswer(
      AnswerFormat format, AnswerMailbox mailbox, Streaming streaming, boolean sharesConnection) {
    this.format = format;
    this.mailbox = mailbox;
    this.streaming = streaming;
    this.sharesConnection = sharesConnection;
  }

  /** The opening travels with the first text: clients take the first event for the first token. */
  @Override
  public void text(String text, Usage soFar) {
    ByteArrayOutputStream events = opening();
    event(events, format.delta(text, streaming.continuousUsage() ? soFar : null));
    mailbox.offer(events.toByteArray());
  }

  @Override
  public void end(AnswerEnd end, Usage usage) {
    ByteArrayOutputStream events = opening();
    event(events, format.finish(end));
    if (streaming.includeUsage()) {
      event(events, format.usage(usage));
    }
    events.writeBytes(DONE);
    mailbox.offer(events.toByteArray());
    mailbox.complete();
  }

  /**
   * Before the first event the request fails with a status; after it an error event goes out and
   * the connection is cut rather than closed, so that nobody takes half an answer for a whole one.
   * A shared connection is left open: cut, it would lose the event, and the other answers with it.
   */
  @Override
  public void fail(ApiError error) {
    if (opened) {
      ByteArrayOutputStream events = new ByteArrayOutputStream();
      events.writeBytes(ERROR_EVENT);
      event(events, error.toJson());
      mailbox.offer(events.toByteArray());
    }
    if (opened && sharesConnection) {
      mailbox.complete();
    } else {
      mailbox.fail(new ApiException(error));
    }
  }

  private ByteArrayOutputStream opening() {
    ByteArrayOutputStream events = new ByteArrayOutputStream();
    if (!opened) {
      opened = true;
      byte[] opening = format.opening();
      if (opening.length > 0) {
        event(events, opening);
      }
    }
    return events;
  }

  private static void event(ByteArrayOutputStream events, byte[] json) {
    events.writeBytes(DATA);
    events.writeBytes(json);
    events.writeBytes(EVENT_END);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
