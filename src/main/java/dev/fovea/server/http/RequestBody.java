package dev.fovea.server.http;

import dev.fovea.server.FoveaConfig;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Takes in the bodies of requests on their event loops, before a worker thread is asked for:
 * clients that send slowly, or nothing, must not hold the threads that other requests need.
 */
@Singleton
public final class RequestBody {
  /**
   * So much of a refused body is read and dropped, so that a client that writes before it reads
   * still gets the answer; the connection of a longer one is simply closed.
   */
  private static final long MAX_DROPPED_BYTES = 256L << 20;

  /** Filters are made before there are settings. */
  private final Provider<FoveaConfig> config;

  @Inject
  RequestBody(Provider<FoveaConfig> config) {
    this.config = config;
  }

  /** What was received, in a resource. */
  public static byte[] read(InputStream received) {
    try {
      return received.readAllBytes();
    } catch (IOException e) {
      throw ApiException.badRequest(ErrorCodes.INVALID_JSON, "the request body broke off");
    }
  }

  /**
   * Lets a request that a resource was found for go on once its body is there. Fails with 413 where
   * that is too long, with 408 where it takes too long. No other method has a body that is read.
   */
  @ServerRequestFilter(nonBlocking = true)
  public Uni<Void> receive(RoutingContext request) {
    HttpServerRequest source = request.request();
    if (source.method() != HttpMethod.POST || source.isEnded()) {
      return Uni.createFrom().voidItem();
    }
    return Uni.createFrom()
        .emitter(
            whole -> {
              if ("100-continue".equalsIgnoreCase(source.getHeader(HttpHeaders.EXPECT))) {
                request.response().writeContinue();
              }
              new Reception(request, whole, config.get().limits()).begin();
            });
  }

  /** Of one body. The first end counts; what comes after it is dropped. On its event loop. */
  private static final class Reception {
    private final RoutingContext request;
    private final UniEmitter<? super Void> whole;
    private final Buffer body = Buffer.buffer();
    private final FoveaConfig.Limits limits;
    private final long maxBytes;
    private long total;
    private long timer;

    Reception(RoutingContext request, UniEmitter<? super Void> whole, FoveaConfig.Limits limits) {
      this.request = request;
      this.whole = whole;
      this.limits = limits;
      this.maxBytes = limits.maxBody().asLongValue();
    }

    void begin() {
      timer =
          request
              .vertx()
              .setTimer(
                  limits.bodyTimeout().toMillis(),
                  late -> whole.fail(new ApiException(HttpErrors.of(408))));
      request
          .request()
          .handler(this::take)
          .exceptionHandler(
              broken -> end(ApiException.badRequest(ErrorCodes.INVALID_JSON, "the body broke off")))
          .endHandler(last -> complete())
          .resume();
    }

    private void take(Buffer chunk) {
      total += chunk.length();
      if (total <= maxBytes) {
        body.appendBuffer(chunk);
      } else if (total > maxBytes + MAX_DROPPED_BYTES) {
        request.response().reset();
      }
    }

    private void complete() {
      if (total <= maxBytes) {
        ((RoutingContextInternal) request).setBody(body);
        end(null);
        return;
      }
      String message =
          String.format(
              Locale.ROOT, "request body: expected at most %d bytes, got %d", maxBytes, total);
      end(new ApiException(new ApiError(413, ErrorCodes.BODY_TOO_LARGE, null, message)));
    }

    private void end(ApiException failure) {
      request.vertx().cancelTimer(timer);
      if (failure == null) {
        whole.complete(null);
      } else {
        whole.fail(failure);
      }
    }
  }
}
