package dev.fovea.server.openai;

import dev.fovea.server.FoveaConfig;
import dev.fovea.server.ModelService;
import dev.fovea.server.ServedModel;
import dev.fovea.server.answer.AnswerHead;
import dev.fovea.server.answer.CompletionFormat;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.server.http.RequestBody;
import dev.fovea.server.metrics.ServerMetrics;
import dev.fovea.server.metrics.TokenTimer;
import dev.fovea.server.request.CompletionRequest;
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
import java.io.InputStream;
import java.time.Instant;
import java.util.UUID;
import org.jboss.resteasy.reactive.RestMulti;

/** Continues a text. */
@Singleton
@Path("/v1/completions")
public final class CompletionsResource {
  private final FoveaConfig config;
  private final ModelService models;
  private final Generations generations;
  private final ServerMetrics metrics;

  @Inject
  CompletionsResource(
      FoveaConfig config, ModelService models, Generations generations, ServerMetrics metrics) {
    this.config = config;
    this.models = models;
    this.generations = generations;
    this.metrics = metrics;
  }

  @POST
  @Blocking
  @Consumes(MediaType.APPLICATION_JSON)
  public RestMulti<byte[]> complete(InputStream body, @Context HttpServerResponse client) {
    TokenTimer timer = metrics.newTokenTimer();
    byte[] bytes = RequestBody.read(body, config.limits().maxBody().asLongValue());
    CompletionRequest request =
        CompletionRequest.parse(bytes, models.require().facts().vocabulary());
    ServedModel model = models.require(request.model());
    int[] prompt = encode(model, request.prompt());
    AnswerHead head =
        new AnswerHead(
            "cmpl-" + UUID.randomUUID(), Instant.now().getEpochSecond(), model.facts().id());
    return generations.start(
        new Generations.Ready(
            model,
            GenerationPlan.of(model, prompt, request.options(), GenerationPlan.DefaultLength.SHORT),
            request.options(),
            request.streaming(),
            new CompletionFormat(head, request.streaming().includeUsage()),
            model.text().newContinuation(prompt, request.options().ending().stopStrings()),
            timer),
        client);
  }

  private static int[] encode(ServedModel model, Prompt prompt) {
    if (prompt instanceof Prompt.TokenIds tokens) {
      return tokens.ids();
    }
    Prompt.Text text = (Prompt.Text) prompt;
    int[] ids = model.text().encode(text.text(), text.addSpecialTokens());
    if (ids.length == 0) {
      throw ApiException.badField(
          "prompt", ErrorCodes.INVALID_VALUE, "prompt: expected at least one token, got none");
    }
    return ids;
  }
}
