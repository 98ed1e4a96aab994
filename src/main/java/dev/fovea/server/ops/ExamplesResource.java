package dev.fovea.server.ops;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.fovea.files.RegularFile;
import dev.fovea.server.ModelService;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.nio.file.Files;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.logging.Logger;

/** Prompts to try with the served model; the page offers them. */
@Singleton
@Path("/examples")
public final class ExamplesResource {
  private static final Logger LOG = Logger.getLogger(ExamplesResource.class);
  private static final String FILE = "examples.json";
  private static final long MAX_BYTES = 1 << 20;

  private final ModelService models;
  private final ObjectMapper json;

  @Inject
  ExamplesResource(ModelService models, ObjectMapper json) {
    this.models = models;
    this.json = json;
  }

  @GET
  @Blocking
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(summary = "The examples.json beside the model, or an empty array")
  public ArrayNode examples() {
    java.nio.file.Path file = models.require().facts().directory().resolve(FILE);
    if (Files.isRegularFile(file)) {
      try {
        if (json.readTree(RegularFile.read(file, MAX_BYTES)) instanceof ArrayNode examples) {
          return examples;
        }
        LOG.warnf("%s: expected a JSON array; no examples are offered", FILE);
      } catch (IOException e) {
        LOG.warnf("%s cannot be read; no examples are offered: %s", FILE, e.getMessage());
      }
    }
    return json.createArrayNode();
  }
}
