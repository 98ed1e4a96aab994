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
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;

/** Takes in a request as far as all endpoints that generate do it alike. */
@Singleton
public final class Arrivals {
  private final FoveaConfig config;
  private final ModelService models;
  private final ServerMetrics metrics;

  @Inject
  Arrivals(FoveaConfig config, ModelService models, ServerMetrics metrics) {
    this.config = config;
    this.models = models;
    this.metrics = metrics;
  }

  /**
   * A request that has arrived.
   *
   * @param timer started when its body had come
   * @param body not yet parsed
   * @param bounds of the server and the served model
   */
  record Arrival(TokenTimer timer, byte[] body, Bounds bounds) {}

  /**
   * Takes the body.
   *
   * @throws ApiException 503 where no model answers
   */
  Arrival receive(InputStream body) {
    TokenTimer timer = metrics.newTokenTimer();
    byte[] bytes = RequestBody.read(body);
    return new Arrival(timer, bytes, bounds(models.require()));
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

  /** As {@link ModelService#require(String)}. */
  ServedModel model(String name) {
    return models.require(name);
  }
}
