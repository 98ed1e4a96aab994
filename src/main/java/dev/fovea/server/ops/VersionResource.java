package dev.fovea.server.ops;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fovea.kernel.KernelsInfo;
import dev.fovea.server.ModelService;
import dev.fovea.server.ModelState;
import dev.fovea.server.ServedModel;
import dev.fovea.server.Version;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** What runs. */
@Singleton
@Path("/version")
public final class VersionResource {
  private final ModelService models;

  @Inject
  VersionResource(ModelService models) {
    this.models = models;
  }

  /**
   * @param served null while the model loads
   */
  public record Running(String version, Served served) {}

  /** The model and what computes it. */
  public record Served(
      String model,
      @JsonProperty("max_model_len") int maxContext,
      @JsonProperty("chat") boolean hasChatTemplate,
      Kernels kernels) {}

  /** The backend. */
  public record Kernels(
      String backend,
      String device,
      String isa,
      int threads,
      @JsonProperty("attention_kernel") String attentionKernel) {}

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "Version, model, backend, device, instruction set and attention kernel")
  public Running version() {
    return new Running(
        Version.ofThis(),
        models.state() instanceof ModelState.Ready ready ? served(ready.model()) : null);
  }

  private static Served served(ServedModel model) {
    KernelsInfo info = model.facts().kernels();
    return new Served(
        model.facts().id(),
        model.facts().maxContext(),
        model.text().hasChatTemplate(),
        new Kernels(
            info.backend(), info.device(), info.isa(), info.threads(), info.attentionKernel()));
  }
}
