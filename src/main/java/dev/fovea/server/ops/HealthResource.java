package dev.fovea.server.ops;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.fovea.server.ModelService;
import dev.fovea.server.ModelState;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Whether requests are answered, in one word for probes and in more for people. */
@Singleton
@Path("/health")
public final class HealthResource {
  private final ModelService models;

  @Inject
  HealthResource(ModelService models) {
    this.models = models;
  }

  /**
   * @param status "ready", "loading", "closing" or "failed"
   * @param step what is being loaded, or null
   * @param progress of the loading, 0 to 1
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Health(String status, String step, Double progress) {}

  @GET
  @NonBlocking
  @Operation(summary = "200 once the model has produced a token, 503 before")
  public Response health() {
    ModelState state = models.state();
    if (state instanceof ModelState.Ready) {
      return answer(200, new Health("ready", null, null));
    }
    if (state instanceof ModelState.Loading loading) {
      return answer(503, new Health("loading", loading.step(), loading.progress()));
    }
    String status = state instanceof ModelState.Closing ? "closing" : "failed";
    return answer(503, new Health(status, null, null));
  }

  private static Response answer(int status, Health health) {
    return Response.status(status).type(MediaType.APPLICATION_JSON).entity(health).build();
  }
}
