package dev.fovea.server.openai;

import dev.fovea.engine.Generation;
import dev.fovea.engine.GenerationRequest;
import dev.fovea.engine.RejectedException;
import dev.fovea.server.ModelText;
import dev.fovea.server.ServedModel;
import dev.fovea.server.answer.Answer;
import dev.fovea.server.answer.AnswerFormat;
import dev.fovea.server.answer.AnswerListener;
import dev.fovea.server.answer.AnswerMailbox;
import dev.fovea.server.answer.GenerationHandle;
import dev.fovea.server.answer.StreamedAnswer;
import dev.fovea.server.answer.WholeAnswer;
import dev.fovea.server.http.ApiError;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.server.metrics.TokenTimer;
import dev.fovea.server.request.GenerationOptions;
import dev.fovea.server.request.Streaming;
import io.smallrye.mutiny.Multi;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.Set;
import java.util.concurrent.Flow;
import org.jboss.resteasy.reactive.RestMulti;

/** Submits a planned request and connects its tokens to the answer a client reads. */
@Singleton
public final class Generations {
  private static final int HTTP_1_STREAM = -1;
  private static final int RETRY_SECONDS = 1;

  /**
   * A request that is ready to run.
   *
   * @param options as the client gave them
   * @param format of the endpoint
   * @param output its text
   * @param timer taken when the request arrived
   */
  record Ready(
      ServedModel model,
      GenerationRequest request,
      GenerationOptions options,
      Streaming streaming,
      AnswerFormat format,
      ModelText.Output output,
      TokenTimer timer) {}

  /**
   * Starts the generation; the answer is read as it grows, and a client that goes away ends it.
   *
   * @param client whose leave is watched
   * @throws ApiException 429 or 503 where the engine does not take it
   */
  RestMulti<byte[]> start(Ready ready, HttpServerResponse client) {
    GenerationHandle handle = new GenerationHandle();
    AnswerMailbox mailbox = new AnswerMailbox(handle::cancel, System::nanoTime);
    boolean stream = ready.streaming().stream();
    Answer answer =
        stream
            ? new StreamedAnswer(
                ready.format(), mailbox, ready.streaming(), client.streamId() != HTTP_1_STREAM)
            : new WholeAnswer(ready.format(), mailbox);
    GenerationOptions.Ending ending = ready.options().ending();
    AnswerListener listener =
        new AnswerListener(
            answer,
            ready.output(),
            new AnswerListener.Request(
                ready.request().prompt().length,
                Set.copyOf(ending.stopTokenIds()),
                handle,
                ready.timer()::tokens));
    handle.attach(submit(ready, listener));
    RestMulti.SyncRestMulti.Builder<byte[]> response =
        RestMulti.fromMultiData(Multi.createFrom().publisher(whileConnected(client, mailbox)));
    if (stream) {
      response
          .header(HttpHeaders.CONTENT_TYPE, MediaType.SERVER_SENT_EVENTS)
          .header(HttpHeaders.CACHE_CONTROL, "no-cache")
          .header("X-Accel-Buffering", "no");
    } else {
      response.header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON);
    }
    return response.build();
  }

  /**
   * The answer, cancelled as soon as its client has left. A reader brings its own close handler,
   * which replaces this one and hears nothing before the reader has subscribed: so the connection
   * is looked at once more after that.
   */
  static Flow.Publisher<byte[]> whileConnected(HttpServerResponse client, AnswerMailbox mailbox) {
    client.closeHandler(gone -> mailbox.cancel());
    cancelIfClosed(client, mailbox);
    return reader -> {
      mailbox.subscribe(reader);
      cancelIfClosed(client, mailbox);
    };
  }

  private static void cancelIfClosed(HttpServerResponse client, AnswerMailbox mailbox) {
    if (client.closed()) {
      mailbox.cancel();
    }
  }

  private static Generation submit(Ready ready, AnswerListener listener) {
    try {
      return ready.model().engine().submit(ready.request(), listener);
    } catch (RejectedException e) {
      throw switch (e.reason()) {
        case OVERLOADED ->
            ApiException.retryLater(429, ErrorCodes.OVERLOADED, e.getMessage(), RETRY_SECONDS);
        case CLOSED -> ApiException.retryLater(ApiError.goingDown(), RETRY_SECONDS);
        case TOO_LONG -> ApiException.badRequest(ErrorCodes.CONTEXT_LENGTH, e.getMessage());
      };
    }
  }
}
