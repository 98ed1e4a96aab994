package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpServerResponse;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class OpenRequestsTest {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final OpenRequests requests = new OpenRequests();

  @Test
  void thoseThatHaveNotEndedAreWaitedFor() {
    HttpServerResponse ended = response(() -> true);
    HttpServerResponse open = response(() -> false);
    requests.add(ended);
    assertThat(requests.awaitOpen(SHORT)).isTrue();
    requests.add(open);
    assertThat(requests.awaitOpen(SHORT)).isFalse();
  }

  @Test
  void thoseThatComeMeanwhileAreNotWaitedFor() {
    requests.add(
        response(
            () -> {
              requests.add(response(() -> false));
              return true;
            }));
    assertThat(requests.awaitOpen(SHORT)).isTrue();
    assertThat(requests.awaitOpen(SHORT)).as("unless they are asked for next time").isFalse();
  }

  /** An HTTP/2 connection holds its lock while it adds a request, and its responses ask for it. */
  @Test
  void aResponseMayWaitForTheThreadThatAddsAnother() {
    HttpServerResponse next = response(() -> true);
    HttpServerResponse open = response(() -> isAdded(next));
    requests.add(open);
    assertThat(requests.awaitOpen(PATIENCE)).isTrue();
  }

  private boolean isAdded(HttpServerResponse response) {
    Thread adding = new Thread(() -> requests.add(response), "adding");
    adding.start();
    try {
      adding.join(SHORT.toMillis());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return !adding.isAlive();
  }

  private static HttpServerResponse response(BooleanSupplier ended) {
    return (HttpServerResponse)
        Proxy.newProxyInstance(
            HttpServerResponse.class.getClassLoader(),
            new Class<?>[] {HttpServerResponse.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "ended" -> ended.getAsBoolean();
                  case "closed" -> false;
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "equals" -> proxy == arguments[0];
                  default -> throw new AssertionError(method);
                });
  }
}
