package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A server that is asked to end while clients wait: each of them is told. */
@QuarkusTest
@TestProfile(TerminationTest.OwnServer.class)
class TerminationTest {
  private static final String SLOW_PROMPT =
      "[65" + ",%d".formatted(ParrotRunner.SLOW).repeat(8) + "]";

  @TestHTTPResource URI base;
  @Inject RecordedEnd process;
  @Inject ModelService models;

  /** This test leaves a server behind that serves nobody else. */
  public static final class OwnServer implements QuarkusTestProfile {}

  @Test
  void everyOpenAnswerEndsInWordsAndNewWorkIsRefused() throws IOException {
    int numPlain = 6;
    List<Socket> plain = new ArrayList<>();
    try (Socket stream = post(true)) {
      readUntil(stream.getInputStream(), "data: ");
      for (int i = 0; i < numPlain; i++) {
        plain.add(post(false));
      }
      Waiting.until(
          "four run and three wait",
          () -> models.require().engine().status().load().waiting() == numPlain - 3);

      process.terminate();

      Waiting.until("the process is told to end", () -> process.code() != null);
      assertThat(process.code()).isEqualTo(ExitCode.OK);
      assertThat(readAll(stream))
          .contains("event: error\ndata: {\"error\":{\"message\":\"the server is going down\"")
          .doesNotContain("[DONE]");
      for (Socket socket : plain) {
        String answer = readAvailable(socket);
        assertThat(answer).startsWith("HTTP/1.1 503 ");
        assertIsGoingDown(Http.parse(answer.substring(answer.indexOf("\r\n\r\n"))));
      }
    }
    assertRefusesNewWork();
  }

  private void assertRefusesNewWork() {
    Http http = new Http(base);
    Http.Answer refused = http.post(Http.COMPLETIONS, "{\"prompt\":\"a\"}");
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("Retry-After")).isEqualTo("2");
    assertIsGoingDown(refused.json());
    assertThat(http.get("/q/health/ready").status()).isEqualTo(503);
    assertThat(http.get("/q/health/live").status()).isEqualTo(200);
    assertThat(http.get("/health").json().get("status").asText()).isEqualTo("closing");
  }

  private static void assertIsGoingDown(JsonNode body) {
    assertThat(body.at("/error/code").asText()).isEqualTo("model_unavailable");
    assertThat(body.at("/error/type").asText()).isEqualTo("service_unavailable_error");
    assertThat(body.at("/error/message").asText()).isEqualTo("the server is going down");
  }

  private Socket post(boolean stream) throws IOException {
    String body = "{\"prompt\":%s,\"max_tokens\":400,\"stream\":%b}".formatted(SLOW_PROMPT, stream);
    Socket socket = new Socket(base.getHost(), base.getPort());
    socket.setSoTimeout(5000);
    socket
        .getOutputStream()
        .write(
            ("POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type:"
                    + " application/json\r\nContent-Length: %d\r\n\r\n%s")
                .formatted(body.length(), body)
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static void readUntil(InputStream in, String text) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(text) < 0) {
      read.append((char) in.read());
    }
  }

  /** To the end of the connection, however it ends. */
  private static String readAll(Socket socket) {
    StringBuilder all = new StringBuilder();
    try {
      InputStream in = socket.getInputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        all.append((char) next);
      }
    } catch (IOException reset) {
      return all.toString();
    }
    return all.toString();
  }

  /** An answer on a connection that stays open: as much as has come. */
  private static String readAvailable(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    int first = in.read();
    byte[] rest = in.readNBytes(in.available());
    socket.close();
    return (char) first + new String(rest, StandardCharsets.UTF_8);
  }
}
