package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.RawConnection;
import dev.fovea.server.Waiting;
import io.netty.handler.codec.http2.Http2Error;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** More clients than there is room for. */
@QuarkusTest
@TestProfile(CrowdTest.Small.class)
class CrowdTest {
  private static final int ROOM = 6;
  private static final int RESERVE = 64;
  private static final String UPLOAD =
      "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
          + "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n";
  private static final String HEALTH = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";

  @TestHTTPResource URI base;
  @Inject Connections connections;
  @Inject ConnectionCounts counts;

  private final List<RawConnection> opened = new ArrayList<>();

  /** A small room, and nobody is sent out for idleness alone. */
  public static final class Small implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "fovea.limits.max-connections",
          Integer.toString(ROOM),
          "fovea.limits.max-connections-per-address",
          Integer.toString(ROOM),
          "fovea.limits.header-timeout",
          "60S",
          "fovea.limits.idle-timeout",
          "60S");
    }
  }

  @AfterEach
  void leave() throws IOException {
    for (RawConnection each : opened) {
      each.close();
    }
    Waiting.until("the room is empty", () -> connections.numOpen() == 0);
  }

  @Test
  void whoHasBeenIdleForTheLongestGoes() throws IOException {
    List<RawConnection> silent = new ArrayList<>();
    for (int i = 0; i < ROOM - 1; i++) {
      silent.add(open(i % 2 == 0 ? "" : "GET /health HTTP/1.1\r\nHo"));
    }
    RawConnection used = open(HEALTH);
    used.readAnswer();
    for (int i = 0; i < ROOM - 1; i++) {
      assertThat(open(HEALTH).readAnswer()).contains("200 OK");
    }
    for (RawConnection each : silent) {
      assertThat(each.readToTheEnd()).isEmpty();
    }
    used.write(HEALTH);
    assertThat(used.readAnswer()).as("it asked later than those were silent").contains("200 OK");
  }

  @Test
  void whileAllAreBusyNewcomersMayOnlyProbe() throws IOException {
    for (int i = 0; i < ROOM; i++) {
      openBusy();
    }
    long refused = counts.of(ConnectionCounts.End.REFUSED);
    for (String path : List.of("/health", "/q/health/live", "/q/health/ready", "/metrics")) {
      RawConnection probe =
          open("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      assertThat(probe.readToTheEnd()).as(path).startsWith("HTTP/1.1 200 ");
    }
    RawConnection other = open("GET /v1/models HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(other.readToTheEnd())
        .startsWith("HTTP/1.1 503 ")
        .containsIgnoringCase("retry-after: 1")
        .contains("\"service_unavailable_error\"");
    assertThat(counts.of(ConnectionCounts.End.REFUSED)).isEqualTo(refused + 1);
    try (RawHttp2 streams = RawHttp2.to(base)) {
      streams.get(1, "/v1/models");
      assertThat(streams.goodbye().errorCode())
          .isEqualTo((int) Http2Error.ENHANCE_YOUR_CALM.code());
    }
  }

  @Test
  void evenProbesAreBounded() throws IOException {
    for (int i = 0; i < ROOM; i++) {
      openBusy();
    }
    for (int i = 0; i < 200; i++) {
      open("");
    }
    assertThat(connections.numOpen()).isLessThanOrEqualTo(ROOM + 2 * RESERVE);
    for (int i = 0; i < 10; i++) {
      assertThat(open(HEALTH).readAnswer()).as("instead of a silent one").contains("200 OK");
    }
  }

  @Test
  void aBurstDoesNotMakeTheRoomLarger() throws IOException {
    for (int i = 0; i < 20 * ROOM; i++) {
      open(i % 2 == 0 ? "" : UPLOAD);
    }
    for (int i = 0; i < 20; i++) {
      assertThat(open(HEALTH).readAnswer()).contains("200 OK");
    }
  }

  private RawConnection open(String bytes) throws IOException {
    RawConnection connection = RawConnection.to(base);
    opened.add(connection);
    connection.write(bytes);
    return connection;
  }

  /** Its body does not come. */
  private void openBusy() throws IOException {
    RawConnection busy = open(UPLOAD);
    assertThat(busy.readUntil("\r\n\r\n")).contains("100 Continue");
  }
}
