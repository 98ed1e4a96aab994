package dev.fovea.server.openai;

import dev.fovea.server.ModelText;
import dev.fovea.server.Patience;
import dev.fovea.server.ServedModel;
import dev.fovea.server.answer.AnswerHead;
import dev.fovea.server.answer.CompletionFormat;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.server.request.CompletionRequest;
import dev.fovea.server.request.GenerationOptions;
import dev.fovea.server.request.Prompt;
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

/** Continues a text. */
@Singleton
@Path("/v1/completions")
public final class CompletionsResource {
  private final RequestIntake intake;
  private final Generations generations;

  @Inject
  CompletionsResource(RequestIntake intake, Generations generations) {
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
    CompletionRequest request = CompletionRequest.parse(received.request(), received.bounds());
    ServedModel model = received.model();
    ModelText.Bound bound =
        new ModelText.Bound(model.facts().maxContext(), Patience.ofRequest(client::closed));
    List<Generations.Planned> planned =
        request.prompts().stream()
            .map(prompt -> plan(model, encode(model, prompt, bound), request.options()))
            .toList();
    AnswerHead head = AnswerHead.begin("cmpl", model.facts().id());
    return generations.start(
        new Generations.Ready(
            model,
            planned,
            request.options(),
            request.streaming(),
            new CompletionFormat(head, request.streaming().includeUsage()),
            received.timer()),
        client);
  }

  private static Generations.Planned plan(
      ServedModel model, int[] prompt, GenerationOptions options) {
    return new Generations.Planned(
        GenerationPlan.of(model, prompt, options, GenerationPlan.DefaultLength.SHORT),
        () -> model.text().newContinuation(prompt, options.ending()));
  }

  private static int[] encode(ServedModel model, Prompt prompt, ModelText.Bound bound) {
    if (prompt instanceof Prompt.TokenIds tokens) {
      return tokens.ids();
    }
    Prompt.Text text = (Prompt.Text) prompt;
    int[] ids = model.text().encode(text.text(), text.addSpecialTokens(), bound);
    if (ids.length == 0) {
      throw ApiException.badField(
          "prompt", ErrorCodes.INVALID_VALUE, "prompt: expected at least one token, got none");
    }
    return ids;
  }
}
