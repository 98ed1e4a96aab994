package dev.fovea.server.ops;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.fovea.server.ModelService;
import dev.fovea.server.ModelText;
import dev.fovea.server.Patience;
import dev.fovea.server.ServedModel;
import dev.fovea.server.http.RequestBody;
import dev.fovea.server.request.DetokenizeRequest;
import dev.fovea.server.request.JsonRequest;
import dev.fovea.server.request.TokenizeRequest;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Text to token ids and back, as vLLM offers it. */
@Singleton
@Path("/")
@Blocking
@Consumes(MediaType.APPLICATION_JSON)
@Produces(MediaType.APPLICATION_JSON)
public final class TokenizeResource {
  private final ModelService models;

  @Inject
  TokenizeResource(ModelService models) {
    this.models = models;
  }

  /** Ids of a text. */
  public record Tokenized(int count, @JsonProperty("max_model_len") int maxContext, int[] tokens) {}

  /** Text of ids. */
  public record Detokenized(String prompt) {}

  @POST
  @Path("/tokenize")
  @Operation(summary = "Token ids of a prompt or of a conversation in the model's template")
  public Tokenized tokenize(InputStream body, @Context HttpServerResponse client)
      throws IOException {
    try (body) {
      return tokenize(RequestBody.read(body), Patience.ofRequest(client::closed));
    }
  }

  private Tokenized tokenize(byte[] body, Patience patience) {
    JsonRequest received = JsonRequest.parse(body);
    ServedModel model = models.require(received.model());
    TokenizeRequest request = TokenizeRequest.parse(received);
    ModelText.Bound bound = new ModelText.Bound(model.facts().maxContext(), patience);
    int[] ids =
        request.chat() == null
            ? model.text().encode(request.text(), request.addSpecialTokens(), bound)
            : model.text().encodeChat(request.chat(), bound);
    return new Tokenized(ids.length, model.facts().maxContext(), ids);
  }

  @POST
  @Path("/detokenize")
  @Operation(summary = "Text of token ids, special tokens left out")
  public Detokenized detokenize(InputStream body) throws IOException {
    try (body) {
      return detokenize(RequestBody.read(body));
    }
  }

  private Detokenized detokenize(byte[] body) {
    JsonRequest received = JsonRequest.parse(body);
    ServedModel model = models.require(received.model());
    DetokenizeRequest request = DetokenizeRequest.parse(received, model.facts().vocabulary());
    return new Detokenized(model.text().decode(request.tokens()));
  }
}
