package dev.fovea.server.http;

import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

/** What is true of every answer, also of those that no resource gives. */
@Singleton
public final class HttpRoutes {
  private static final Logger LOG = Logger.getLogger(HttpRoutes.class);
  static final int BEFORE_ALL = Integer.MIN_VALUE;
  static final String REQUEST_ID = "x-request-id";
  private static final Pattern SANE_ID = Pattern.compile("[A-Za-z0-9._:-]{1,128}");

  /** As HTTP/1's decoder has it. */
  private static final int MAX_HEADERS_BYTES = 20 * 1024;

  /** Swagger UI's pictures are part of its style sheet. */
  private static final String CONTENT_POLICY =
      "default-src 'self'; img-src 'self' data:;"
          + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  private static final String HEALTH = "/q/health";
  private static final Set<String> PROBES =
      Set.of(HEALTH, HEALTH + "/live", HEALTH + "/ready", HEALTH + "/started");

  private final OpenRequests openRequests;
  private final SiteRules sites;

  @Inject
  HttpRoutes(OpenRequests openRequests, SiteRules sites) {
    this.openRequests = openRequests;
    this.sites = sites;
  }

  void install(@Observes Router router) {
    router
        .route()
        .order(BEFORE_ALL)
        .handler(this::register)
        .handler(HttpRoutes::identify)
        .handler(HttpRoutes::checkHeaders)
        .handler(this::refuseOtherSites)
        .failureHandler(HttpRoutes::failed);
    router.route(HEALTH + "/*").order(BEFORE_ALL + 1).handler(HttpRoutes::knowProbes);
    router.route().order(Integer.MAX_VALUE).handler(HttpRoutes::notFound);
    for (int status : new int[] {400, 404, 405, 406, 413, 414, 415, 431, 500, 503}) {
      router.errorHandler(status, HttpRoutes::failed);
    }
  }

  private void register(RoutingContext request) {
    openRequests.add(request.response());
    request.addEndHandler(answered -> UnreadBody.drop(request.request()));
    request.next();
  }

  /** A client's own id comes back, if it is one. Browsers are told what they may not do. */
  private static void identify(RoutingContext request) {
    String given = request.request().getHeader(REQUEST_ID);
    String id = given != null && SANE_ID.matcher(given).matches() ? given : newRequestId();
    MultiMap headers = request.response().headers();
    headers.set(REQUEST_ID, id);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Content-Security-Policy", CONTENT_POLICY);
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Referrer-Policy", "no-referrer");
    request.next();
  }

  private void refuseOtherSites(RoutingContext request) {
    sites
        .errorOf(request.request())
        .ifPresentOrElse(error -> answer(request, error), request::next);
  }

  /** The health library answers UP for any group of checks that there is none of. */
  private static void knowProbes(RoutingContext request) {
    String path = request.normalizedPath();
    if (PROBES.contains(path.endsWith("/") ? path.substring(0, path.length() - 1) : path)) {
      request.next();
    } else {
      notFound(request);
    }
  }

  /**
   * Holds HTTP/2 to what HTTP/1's decoder lets through: HTTP/2's refuses only longer headers, and
   * without a word.
   */
  private static void checkHeaders(RoutingContext request) {
    if (request.request().version() != HttpVersion.HTTP_2) {
      request.next();
      return;
    }
    long bytes = 0;
    boolean isText = true;
    for (Map.Entry<String, String> header : request.request().headers()) {
      bytes += header.getKey().length() + header.getValue().length();
      isText &= header.getValue().chars().noneMatch(c -> c == 0 || c == '\r' || c == '\n');
    }
    if (isText && bytes <= MAX_HEADERS_BYTES) {
      request.next();
    } else {
      answer(request, HttpErrors.of(isText ? 431 : 400));
    }
  }

  static String newRequestId() {
    return "req-" + UUID.randomUUID();
  }

  private static void notFound(RoutingContext request) {
    answer(request, HttpErrors.notFound());
  }

  private static void failed(RoutingContext request) {
    if (request.failure() != null && request.statusCode() >= 500) {
      LOG.log(isOfClient(request) ? Level.DEBUG : Level.ERROR, "request failed", request.failure());
    }
    answer(request, HttpErrors.of(request.statusCode()));
  }

  /** An answer that cannot be written any more is one that nobody reads. */
  private static boolean isOfClient(RoutingContext request) {
    Throwable failure = request.failure();
    return request.response().closed()
        || failure instanceof ClosedChannelException
        || failure instanceof IOException && request.response().headWritten()
        || failure instanceof Http2Exception.StreamException;
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
