package dev.fovea.server.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fovea.server.ModelService;
import dev.fovea.server.ServedModel;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;

/** What is served. */
@Singleton
@Path("/v1/models")
@Produces(MediaType.APPLICATION_JSON)
public final class ModelsResource {
  private final ModelService models;

  @Inject
  ModelsResource(ModelService models) {
    this.models = models;
  }

  /** All models, under each of their names. */
  public record ModelList(String object, List<ModelCard> data) {}

  /**
   * @param maxContext vLLM's addition, which clients take as the context size
   * @param vocabulary all token ids are below it
   */
  public record ModelCard(
      String id,
      String object,
      long created,
      @JsonProperty("owned_by") String ownedBy,
      @JsonProperty("max_model_len") int maxContext,
      @JsonProperty("vocab_size") int vocabulary) {}

  @GET
  public ModelList list() {
    ServedModel model = models.require();
    return new ModelList(
        "list", model.facts().names().stream().map(name -> card(name, model)).toList());
  }

  /** Ids may contain slashes. */
  @GET
  @Path("{id: .+}")
  public ModelCard get(@PathParam("id") String id) {
    return card(id, models.require(id));
  }

  private static ModelCard card(String name, ServedModel model) {
    ServedModel.Facts facts = model.facts();
    return new ModelCard(
        name, "model", facts.created(), "fovea", facts.maxContext(), facts.vocabulary());
  }
}
