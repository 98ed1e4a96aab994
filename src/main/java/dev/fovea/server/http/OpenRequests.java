package dev.fovea.server.http;

import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests whose answers have not ended; any thread. The responses are asked, rather than their
 * handlers counted: a response has one handler of each kind, which each layer takes from the last.
 */
@Singleton
public final class OpenRequests {
  private static final long PAUSE_NANOS = 2_000_000;

  private final Set<HttpServerResponse> responses =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  void add(HttpServerResponse response) {
    responses.add(response);
  }

  /** Blocks until there is none, or so long; false: there still are some. */
  public boolean awaitNone(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      responses.removeIf(response -> response.ended() || response.closed());
      if (responses.isEmpty()) {
        return true;
      }
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
