package dev.fovea.server.http.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.Http;
import dev.fovea.server.Waiting;
import dev.fovea.server.http.BodyMemory;
import dev.fovea.server.http.OpenRequests;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Duration;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Whatever a client sends, over every route and both protocols: an answer that is documented, in
 * time, in the error shape where it is an error; next to nothing in the log; nothing left behind.
 */
@QuarkusTest
class HostileRequestsTest {
  private static final Logger LOG = Logger.getLogger(HostileRequestsTest.class);
  private static final int MAX_LOG_BYTES_A_REQUEST = 200;

  @TestHTTPResource URI base;
  @Inject Vertx vertx;
  @Inject BodyMemory bodies;
  @Inject OpenRequests openRequests;

  @Test
  void tenThousand() throws Exception {
    withstands(10_000, 1);
  }

  @Test
  @Tag("battery")
  void ninetyThousandMore() throws Exception {
    withstands(90_000, 1000);
  }

  private void withstands(int numRequests, long seed) throws Exception {
    HostileTraffic traffic = new HostileTraffic(base, vertx);
    try (LoggedBytes log = LoggedBytes.begin()) {
      long start = System.nanoTime();
      traffic.send(numRequests, seed);
      String found = numRequests + " hostile requests: " + traffic + "; " + log;
      LOG.infof("%s; %d s", found, (Object) ((System.nanoTime() - start) / 1_000_000_000));
      assertThat(traffic.complaints()).as(found).isEmpty();
      assertThat(log.traces()).as("traces in the log").isEmpty();
      assertThat(log.count()).isLessThan((long) numRequests * MAX_LOG_BYTES_A_REQUEST);
    }
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() {
    Http http = new Http(base);
    Waiting.until(
        "nothing runs",
        () -> {
          String metrics = http.get("/metrics").text();
          return Stream.of("requests_running", "requests_waiting", "kv_usage_ratio")
              .allMatch(name -> metrics.matches("(?s).*\nfovea_" + name + "\\S* 0(\\.0)?\n.*"));
        });
    assertThat(openRequests.awaitOpen(Duration.ofSeconds(5))).isTrue();
    Waiting.until("no body is held", () -> bodies.usedBytes() == 0);
    assertThat(http.post(Http.COMPLETIONS, "{\"prompt\":\"abc\",\"max_tokens\":3}").status())
        .isEqualTo(200);
  }
}
