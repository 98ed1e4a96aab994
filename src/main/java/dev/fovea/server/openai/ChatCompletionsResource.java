package dev.fovea.server.openai;

import dev.fovea.server.FoveaConfig;
import dev.fovea.server.ModelService;
import dev.fovea.server.ServedModel;
import dev.fovea.server.answer.AnswerHead;
import dev.fovea.server.answer.ChatFormat;
import dev.fovea.server.http.RequestBody;
import dev.fovea.server.metrics.ServerMetrics;
import dev.fovea.server.metrics.TokenTimer;
import dev.fovea.server.request.ChatRequest;
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

/** Answers a conversation. */
@Singleton
@Path("/v1/chat/completions")
public final class ChatCompletionsResource {
  private final FoveaConfig config;
  private final ModelService models;
  private final Generations generations;
  private final ServerMetrics metrics;

  @Inject
  ChatCompletionsResource(
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
    ChatRequest request = ChatRequest.parse(bytes, models.require().facts().vocabulary());
    ServedModel model = models.require(request.model());
    int[] prompt = model.text().encodeChat(request.messages());
    AnswerHead head =
        new AnswerHead(
            "chatcmpl-" + UUID.randomUUID(), Instant.now().getEpochSecond(), model.facts().id());
    return generations.start(
        new Generations.Ready(
            model,
            GenerationPlan.of(model, prompt, request.options(), GenerationPlan.DefaultLength.OPEN),
            request.options(),
            request.streaming(),
            new ChatFormat(head, request.streaming().includeUsage()),
            model.text().newAnswer(request.options().ending().stopStrings()),
            timer),
        client);
  }
}
