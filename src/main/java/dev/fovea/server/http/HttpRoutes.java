package dev.fovea.server.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** What is true of every answer, also of those that no resource gives. */
@Singleton
public final class HttpRoutes {
  private static final Logger LOG = Logger.getLogger(HttpRoutes.class);
  static final String REQUEST_ID = "x-request-id";
  private static final Pattern SANE_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  private final OpenRequests openRequests;

  @Inject
  HttpRoutes(OpenRequests openRequests) {
    this.openRequests = openRequests;
  }

  void install(@Observes Router router) {
    router
        .route()
        .order(Integer.MIN_VALUE)
        .handler(this::register)
        .handler(HttpRoutes::identify)
        .failureHandler(HttpRoutes::failed);
    router.route().order(Integer.MAX_VALUE).handler(HttpRoutes::notFound);
    for (int status : new int[] {400, 404, 405, 406, 413, 414, 415, 431, 500, 503}) {
      router.errorHandler(status, HttpRoutes::failed);
    }
  }

  private void register(RoutingContext request) {
    openRequests.add(request.response());
    request.next();
  }

  /** A client's own id comes back, if it is one. */
  private static void identify(RoutingContext request) {
    String given = request.request().getHeader(REQUEST_ID);
    String id = given != null && SANE_ID.matcher(given).matches() ? given : newRequestId();
    request.response().putHeader(REQUEST_ID, id);
    request.next();
  }

  static String newRequestId() {
    return "req-" + UUID.randomUUID();
  }

  private static void notFound(RoutingContext request) {
    answer(request, HttpErrors.notFound());
  }

  private static void failed(RoutingContext request) {
    if (request.failure() != null && request.statusCode() >= 500) {
      LOG.error("request failed", request.failure());
    }
    answer(request, HttpErrors.of(request.statusCode()));
  }

  private static void answer(RoutingContext request, ApiError error) {
    if (request.response().ended() || request.response().headWritten()) {
      return;
    }
    if (!request.response().headers().contains(REQUEST_ID)) {
      request.response().putHeader(REQUEST_ID, newRequestId());
    }
    request
        .response()
        .setStatusCode(error.status())
        .putHeader("Content-Type", "application/json")
        .end(Buffer.buffer(error.toJson()));
  }
}
