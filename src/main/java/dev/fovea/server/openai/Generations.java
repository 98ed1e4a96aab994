package dev.fovea.server.openai;

import dev.fovea.engine.Engine;
import dev.fovea.engine.Generation;
import dev.fovea.engine.GenerationRequest;
import dev.fovea.engine.RejectedException;
import dev.fovea.server.FoveaConfig;
import dev.fovea.server.ServedModel;
import dev.fovea.server.answer.Answer;
import dev.fovea.server.answer.AnswerChoices;
import dev.fovea.server.answer.AnswerFormat;
import dev.fovea.server.answer.AnswerMailbox;
import dev.fovea.server.answer.GenerationGroup;
import dev.fovea.server.answer.StreamedAnswer;
import dev.fovea.server.answer.WholeAnswer;
import dev.fovea.server.http.ApiError;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.server.metrics.TokenTimer;
import dev.fovea.server.request.GenerationOptions;
import dev.fovea.server.request.Streaming;
import dev.fovea.text.OutputText;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.RestMulti;

/** Submits a planned request and connects its tokens to the answer a client reads. */
@Singleton
public final class Generations {
  private static final int HTTP_1_STREAM = -1;
  private static final int RETRY_SECONDS = 1;

  /** Events are UTF-8 by their own specification, which clients that go by text/* do not know. */
  private static final String EVENTS = MediaType.SERVER_SENT_EVENTS + ";charset=utf-8";

  private final AnswerMailbox.Patience patience;

  @Inject
  Generations(FoveaConfig config, Vertx vertx) {
    patience =
        new AnswerMailbox.Patience(
            config.limits().readerPatience(),
            (delay, task) -> {
              long timer = vertx.setTimer(Math.max(1, delay.toMillis()), fired -> task.run());
              return () -> vertx.cancelTimer(timer);
            });
  }

  /**
   * One prompt of a request.
   *
   * @param output makes the text of one of its choices
   */
  record Planned(GenerationRequest request, Supplier<OutputText> output) {}

  /**
   * A request that is ready to run.
   *
   * @param prompts at least one
   * @param options as the client gave them
   * @param format of the endpoint
   * @param timer taken when the request arrived
   */
  record Ready(
      ServedModel model,
      List<Planned> prompts,
      GenerationOptions options,
      Streaming streaming,
      AnswerFormat format,
      TokenTimer timer) {

    int numChoices() {
      return prompts.size() * options.choices();
    }

    int promptTokens() {
      return prompts.stream().mapToInt(prompt -> prompt.request().prompt().length).sum();
    }
  }

  /**
   * Starts the generations; the answer is read as it grows, and a client that goes away ends them.
   *
   * @param client whose leave is watched
   * @throws ApiException 429 or 503 where the engine does not take them
   */
  RestMulti<byte[]> start(Ready ready, HttpServerResponse client) {
    GenerationGroup generations = new GenerationGroup();
    AnswerMailbox mailbox = new AnswerMailbox(generations, patience);
    boolean stream = ready.streaming().stream();
    Answer answer =
        stream
            ? new StreamedAnswer(
                ready.format(),
                mailbox,
                ready.streaming(),
                client.streamId() != HTTP_1_STREAM,
                ready.numChoices())
            : new WholeAnswer(ready.format(), mailbox, ready.numChoices());
    AnswerChoices choices =
        new AnswerChoices(
            answer,
            new AnswerChoices.Request(
                ready.promptTokens(),
                ready.options().choices(),
                Set.copyOf(ready.options().ending().stopTokenIds()),
                generations));
    generations.attach(submit(ready.model(), submissions(ready, choices)));
    RestMulti.SyncRestMulti.Builder<byte[]> response =
        RestMulti.fromMultiData(Multi.createFrom().publisher(whileConnected(client, mailbox)));
    if (stream) {
      response
          .header(HttpHeaders.CONTENT_TYPE, EVENTS)
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

  /** Prompt by prompt, as the indices of the choices go. */
  private static List<Engine.Submission> submissions(Ready ready, AnswerChoices choices) {
    return ready.prompts().stream()
        .map(
            prompt ->
                new Engine.Submission(
                    prompt.request(),
                    Stream.generate(
                            () ->
                                choices.add(
                                    prompt.output().get(),
                                    ready.timer().forAnotherOutput()::tokens))
                        .limit(ready.options().choices())
                        .toList()))
        .toList();
  }

  private static List<Generation> submit(ServedModel model, List<Engine.Submission> submissions) {
    try {
      return model.engine().submit(submissions);
    } catch (RejectedException e) {
      throw switch (e.reason()) {
        case OVERLOADED ->
            ApiException.retryLater(
                new ApiError(429, ErrorCodes.OVERLOADED, null, e.getMessage()), e.retryAfter());
        case CLOSED -> ApiException.retryLater(ApiError.goingDown(), RETRY_SECONDS);
        case TOO_LONG -> ApiException.badRequest(ErrorCodes.CONTEXT_LENGTH, e.getMessage());
      };
    }
  }
}
