package dev.fovea.server.ops;

import dev.fovea.server.ModelService;
import dev.fovea.server.ModelState;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * The probes under {@code /q/health}. On the event loop: they answer also while every worker thread
 * is busy, which is no reason to end the process.
 */
@Singleton
public final class ModelHealth {
  private final ModelService models;

  @Inject
  ModelHealth(ModelService models) {
    this.models = models;
  }

  /** A process whose model has died must go: it is up and useless. */
  @Produces
  @Singleton
  @Liveness
  AsyncHealthCheck live() {
    return () -> check("model not failed", !(models.state() instanceof ModelState.Failed));
  }

  @Produces
  @Singleton
  @Readiness
  AsyncHealthCheck ready() {
    return () -> check("model answers", models.state() instanceof ModelState.Ready);
  }

  @Produces
  @Singleton
  @Startup
  AsyncHealthCheck started() {
    return () -> check("model loaded", models.state() instanceof ModelState.Ready);
  }

  private static Uni<HealthCheckResponse> check(String name, boolean up) {
    return Uni.createFrom().item(HealthCheckResponse.named(name).status(up).build());
  }
}
