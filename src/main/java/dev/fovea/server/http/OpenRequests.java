package dev.fovea.server.http;

import io.vertx.core.http.HttpServerResponse;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
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

  /**
   * Blocks until those that are open now have ended, or so long; false: some still are open. Those
   * that come meanwhile are not waited for: clients that try again and again could keep it up.
   *
   * <p>A copy is asked: an HTTP/2 response asks for its connection's lock, and whoever adds a
   * response holds that lock while asking for the set's.
   */
  public boolean awaitOpen(Duration patience) {
    long deadline = System.nanoTime() + patience.toNanos();
    List<HttpServerResponse> open = List.of(responses.toArray(HttpServerResponse[]::new));
    while (true) {
      open = open.stream().filter(response -> !response.ended() && !response.closed()).toList();
      if (open.isEmpty()) {
        return true;
      }
      if (System.nanoTime() > deadline) {
        return false;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }
}
