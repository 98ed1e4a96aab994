package dev.fovea.server.metrics;

import io.prometheus.client.exporter.common.TextFormat;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.metrics.MetricsRequestHandler;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The metrics as Prometheus reads them, whatever formats a scraper would like better. */
@Singleton
@Path("/metrics")
public final class MetricsResource {
  private final MetricsRequestHandler handler = new MetricsRequestHandler();

  @GET
  @Blocking
  @Operation(summary = "Metrics in the Prometheus text format")
  public Response metrics() throws IOException {
    Response[] answer = new Response[1];
    handler.handleRequest(
        "/metrics",
        "/metrics",
        "GET",
        Stream.of("text/plain"),
        Map.of(),
        // The library's headers would let the page of any website read this.
        (status, message, headers) ->
            answer[0] =
                Response.status(status).entity(message).type(TextFormat.CONTENT_TYPE_004).build());
    return answer[0];
  }
}
