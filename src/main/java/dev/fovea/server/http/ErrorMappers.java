package dev.fovea.server.http;

import jakarta.ws.rs.NotAcceptableException;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Failures inside a resource, as the one error shape. */
public final class ErrorMappers {
  private static final Logger LOG = Logger.getLogger(ErrorMappers.class);
  private static final int GATEWAY_TIMEOUT = 504;
  private static final long MILLIS_PER_SECOND = 1000;

  @ServerExceptionMapper
  public Response api(ApiException failure) {
    Response.ResponseBuilder response = builder(failure.error());
    failure.retryAfter().ifPresent(after -> retryAfter(response, after));
    if (failure.error().status() == GATEWAY_TIMEOUT) {
      // Clients repeat what has timed out: the work of a server that is too slow already, once
      // more.
      response.header("x-should-retry", "false");
    }
    return response.build();
  }

  /** In whole seconds as HTTP has it, and as precisely as the OpenAI clients read it. */
  private static void retryAfter(Response.ResponseBuilder response, Duration after) {
    long millis = after.toMillis();
    response.header("Retry-After", (millis + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND);
    response.header("retry-after-ms", millis);
  }

  @ServerExceptionMapper
  public Response notFound(NotFoundException failure) {
    return builder(HttpErrors.notFound()).build();
  }

  @ServerExceptionMapper
  public Response notAllowed(NotAllowedException failure) {
    Response.ResponseBuilder response = builder(HttpErrors.of(405));
    String allow = failure.getResponse().getHeaderString("Allow");
    if (allow != null) {
      response.header("Allow", allow);
    }
    return response.build();
  }

  @ServerExceptionMapper
  public Response notSupported(NotSupportedException failure) {
    return builder(HttpErrors.of(415)).build();
  }

  @ServerExceptionMapper
  public Response notAcceptable(NotAcceptableException failure) {
    return builder(HttpErrors.of(406)).build();
  }

  @ServerExceptionMapper
  public Response other(WebApplicationException failure) {
    return builder(HttpErrors.of(failure.getResponse().getStatus())).build();
  }

  /** Our own fault: the log gets the cause, the client does not. */
  @ServerExceptionMapper
  public Response unexpected(Throwable failure) {
    LOG.error("request failed", failure);
    return builder(HttpErrors.of(500)).build();
  }

  private static Response.ResponseBuilder builder(ApiError error) {
    return Response.status(error.status()).type(MediaType.APPLICATION_JSON).entity(error.toJson());
  }
}
