package dev.fovea.server.openai;

import dev.fovea.engine.GenerationRequest.Deadlines;
import dev.fovea.server.FoveaConfig;
import dev.fovea.server.ModelService;
import dev.fovea.server.ServedModel;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.RequestBody;
import dev.fovea.server.metrics.ServerMetrics;
import dev.fovea.server.metrics.TokenTimer;
import dev.fovea.server.request.Bounds;
import dev.fovea.server.request.JsonRequest;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;

/** Takes in a request as far as all endpoints that generate do it alike. */
@Singleton
public final class RequestIntake {
  private final FoveaConfig config;
  private final ModelService models;
  private final ServerMetrics metrics;

  @Inject
  RequestIntake(FoveaConfig config, ModelService models, ServerMetrics metrics) {
    this.config = config;
    this.models = models;
    this.metrics = metrics;
  }

  /**
   * A request whose model is found; its other fields are not read yet.
   *
   * @param timer started when its body had come
   * @param bounds of the server and of this model
   */
  record Received(TokenTimer timer, JsonRequest request, ServedModel model, Bounds bounds) {}

  /**
   * Takes the body.
   *
   * @throws ApiException 400 where it is no JSON object, 404 where its model is not served, 503
   *     where no model answers
   */
  Received receive(InputStream body) {
    TokenTimer timer = metrics.newTokenTimer();
    JsonRequest request = JsonRequest.parse(RequestBody.read(body));
    ServedModel model = models.require(request.model());
    return new Received(timer, request, model, bounds(model));
  }

  private Bounds bounds(ServedModel model) {
    Deadlines deadlines =
        new Deadlines(
            nanos(config.limits().queueTimeout()), nanos(config.limits().requestTimeout()));
    return new Bounds(model.facts().vocabulary(), model.engine().maxSequences(), deadlines);
  }

  private static long nanos(Optional<Duration> duration) {
    return duration.map(Duration::toNanos).orElse(0L);
  }
}
