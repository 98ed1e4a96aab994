package dev.fovea.server.openai;

import dev.fovea.server.ModelText;
import dev.fovea.server.Patience;
import dev.fovea.server.ServedModel;
import dev.fovea.server.answer.AnswerHead;
import dev.fovea.server.answer.ChatFormat;
import dev.fovea.server.request.ChatRequest;
import dev.fovea.server.request.GenerationOptions;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jboss.resteasy.reactive.RestMulti;

/** Answers a conversation. */
@Singleton
@Path("/v1/chat/completions")
public final class ChatCompletionsResource {
  private final RequestIntake intake;
  private final Generations generations;

  @Inject
  ChatCompletionsResource(RequestIntake intake, Generations generations) {
    this.intake = intake;
    this.generations = generations;
  }

  @POST
  @Blocking
  @Consumes(MediaType.APPLICATION_JSON)
  public RestMulti<byte[]> complete(InputStream body, @Context HttpServerResponse client)
      throws IOException {
    try (body) {
      return answer(body, client);
    }
  }

  private RestMulti<byte[]> answer(InputStream body, HttpServerResponse client) {
    RequestIntake.Received received = intake.receive(body);
    ChatRequest request = ChatRequest.parse(received.request(), received.bounds());
    ServedModel model = received.model();
    ModelText.Bound bound =
        new ModelText.Bound(model.facts().maxContext(), Patience.ofRequest(client::closed));
    int[] prompt = model.text().encodeChat(request.prompt(), bound);
    AnswerHead head = AnswerHead.begin("chatcmpl", model.facts().id());
    return generations.start(
        new Generations.Ready(
            model,
            List.of(plan(model, prompt, request)),
            request.options(),
            request.streaming(),
            new ChatFormat(head, request.streaming().includeUsage()),
            received.timer()),
        client);
  }

  private static Generations.Planned plan(ServedModel model, int[] prompt, ChatRequest request) {
    GenerationOptions options = request.options();
    return new Generations.Planned(
        GenerationPlan.of(model, prompt, options, GenerationPlan.DefaultLength.OPEN),
        () ->
            request.prompt().continues()
                ? model.text().newContinuation(prompt, options.ending())
                : model.text().newAnswer(options.ending()));
  }
}
