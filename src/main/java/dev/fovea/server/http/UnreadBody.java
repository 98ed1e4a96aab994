package dev.fovea.server.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/**
 * What comes of a body that nobody reads. It is taken and dropped: a client that writes before it
 * reads still gets its answer, and what comes behind the body on its connection, over HTTP/2 also
 * beside it, is not held up. On the request's event loop.
 */
final class UnreadBody {
  /** A longer one has its connection closed. */
  private static final long MAX_DROPPED_BYTES = 256L << 20;

  private static final int HTTP_1_STREAM = -1;

  private final HttpServerRequest source;
  private long bytes;

  private UnreadBody(HttpServerRequest source) {
    this.source = source;
  }

  /** Drops the rest of a body, if there is any. */
  static void drop(HttpServerRequest source) {
    if (!source.isEnded()) {
      source.handler(new UnreadBody(source)::count).exceptionHandler(broken -> {}).resume();
    }
  }

  private void count(Buffer chunk) {
    bytes += chunk.length();
    if (bytes <= MAX_DROPPED_BYTES) {
      return;
    }
    source.handler(null);
    if (source.streamId() == HTTP_1_STREAM) {
      source.connection().close();
    } else {
      source.response().reset();
    }
  }
}
