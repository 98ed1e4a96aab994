package dev.fovea.server.metrics;

import io.prometheus.client.exporter.common.TextFormat;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.metrics.MetricsRequestHandler;
import jakarta.inject.Singleton;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** The metrics as Prometheus reads them. */
@Singleton
@Path("/metrics")
public final class MetricsResource {
  private final MetricsRequestHandler handler = new MetricsRequestHandler();

  @GET
  @Blocking
  @Operation(summary = "Metrics in the Prometheus text format")
  public Response metrics(@Context HttpHeaders headers) throws IOException {
    List<String> accept = headers.getRequestHeader(HttpHeaders.ACCEPT);
    Stream<String> wanted = accept.isEmpty() ? Stream.of("text/plain") : accept.stream();
    Response[] answer = new Response[1];
    handler.handleRequest(
        "/metrics",
        "/metrics",
        "GET",
        wanted,
        Map.of(),
        (status, message, responseHeaders) -> {
          Response.ResponseBuilder builder = Response.status(status).entity(message);
          responseHeaders.forEach(builder::header);
          answer[0] = (status == 200 ? builder.type(TextFormat.CONTENT_TYPE_004) : builder).build();
        });
    return answer[0];
  }
}
