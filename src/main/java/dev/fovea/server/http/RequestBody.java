package dev.fovea.server.http;

import dev.fovea.server.FoveaConfig;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.inject.Singleton;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.io.InputStream;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Takes in the bodies of requests on their event loops, before a worker thread is asked for:
 * clients that send slowly, or nothing, must not hold the threads that other requests need.
 */
@Singleton
public final class RequestBody {
  private static final int MAX_ARRAY_BYTES = Integer.MAX_VALUE - 8;

  /** Filters are made before there are settings. */
  private final Provider<FoveaConfig> config;

  private final Provider<BodyMemory> memory;

  @Inject
  RequestBody(Provider<FoveaConfig> config, Provider<BodyMemory> memory) {
    this.config = config;
    this.memory = memory;
  }

  /**
   * What was received, in a resource, which closes it when it needs nothing of it any more.
   *
   * @throws ApiException 413 or 503 if there is no memory to read it, 400 if it cannot be decoded
   */
  public static byte[] read(InputStream received) {
    return ((ReceivedBody) received).take();
  }

  /**
   * Lets a request that a resource was found for go on once its body is there. No other method has
   * a body that is read.
   *
   * @throws ApiException 413 where it is too long, 415 where it is not JSON or coded in a way that
   *     is not known; later 408 where it takes too long, 503 where there is no memory for it
   */
  @ServerRequestFilter(nonBlocking = true)
  public Uni<Void> receive(RoutingContext request, ContainerRequestContext resource) {
    HttpServerRequest source = request.request();
    if (source.method() != HttpMethod.POST) {
      return Uni.createFrom().voidItem();
    }
    try {
      ReceivedBody body = begin(request);
      resource.setEntityStream(body);
      if (source.isEnded()) {
        return Uni.createFrom().voidItem();
      }
      return Uni.createFrom()
          .emitter(whole -> new Reception(request, whole, body).begin(config.get().limits()));
    } catch (ApiException refused) {
      UnreadBody.drop(source);
      throw refused;
    }
  }

  /** A resource says which types it reads, and REST takes none for any. */
  private ReceivedBody begin(RoutingContext request) {
    HttpServerRequest source = request.request();
    if (source.getHeader(HttpHeaders.CONTENT_TYPE) == null) {
      throw new ApiException(HttpErrors.of(415));
    }
    ContentCoding coding =
        ContentCoding.of(source.getHeader(HttpHeaders.CONTENT_ENCODING))
            .orElseThrow(
                () -> {
                  request.response().putHeader(HttpHeaders.ACCEPT_ENCODING, ContentCoding.KNOWN);
                  return new ApiException(
                      new ApiError(
                          415,
                          ErrorCodes.UNSUPPORTED_MEDIA_TYPE,
                          null,
                          "Content-Encoding: expected one of " + ContentCoding.KNOWN));
                });
    int maxBytes = (int) Math.min(MAX_ARRAY_BYTES, config.get().limits().maxBody().asLongValue());
    BodyMemory.Share share = memory.get().newShare();
    request.addEndHandler(ended -> share.close());
    return new ReceivedBody(coding, share, maxBytes, declaredBytes(source, maxBytes));
  }

  /** -1: as many as come. */
  private static int declaredBytes(HttpServerRequest source, int maxBytes) {
    String declared = source.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (declared == null) {
      return -1;
    }
    try {
      long bytes = Long.parseLong(declared);
      if (bytes > maxBytes) {
        throw new ApiException(HttpErrors.bodyTooLarge(maxBytes));
      }
      return (int) bytes;
    } catch (NumberFormatException e) {
      throw new ApiException(HttpErrors.of(400));
    }
  }

  /** Of one body. The first end counts. On its event loop. */
  private static final class Reception {
    private final RoutingContext request;
    private final UniEmitter<? super Void> whole;
    private final ReceivedBody body;
    private long timer;

    Reception(RoutingContext request, UniEmitter<? super Void> whole, ReceivedBody body) {
      this.request = request;
      this.whole = whole;
      this.body = body;
    }

    void begin(FoveaConfig.Limits limits) {
      HttpServerRequest source = request.request();
      if ("100-continue".equalsIgnoreCase(source.getHeader(HttpHeaders.EXPECT))) {
        request.response().writeContinue();
      }
      timer = request.vertx().setTimer(limits.bodyTimeout().toMillis(), late -> fail(tooLate()));
      source
          .handler(this::take)
          .exceptionHandler(
              broken ->
                  fail(ApiException.badRequest(ErrorCodes.INVALID_JSON, "the body broke off")))
          .endHandler(last -> complete())
          .resume();
    }

    private void take(Buffer chunk) {
      try {
        body.append(chunk.getBytes());
      } catch (ApiException refused) {
        fail(refused);
      }
    }

    private void complete() {
      request.vertx().cancelTimer(timer);
      whole.complete(null);
    }

    private void fail(ApiException failure) {
      request.vertx().cancelTimer(timer);
      body.close();
      request.request().endHandler(null);
      UnreadBody.drop(request.request());
      whole.fail(failure);
    }

    private static ApiException tooLate() {
      return new ApiException(
          new ApiError(408, ErrorCodes.TIMEOUT, null, "the request's body did not come in time"));
    }
  }
}
