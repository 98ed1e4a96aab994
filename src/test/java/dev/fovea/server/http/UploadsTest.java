package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.Http;
import dev.fovea.server.RawConnection;
import dev.fovea.server.Waiting;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that are many, large, unfinished, coded, or of another type. */
@QuarkusTest
@TestProfile(UploadsTest.SmallMemory.class)
class UploadsTest {
  private static final int MIB = 1 << 20;
  private static final String GOOD = "{\"prompt\":\"abc\",\"max_tokens\":3}";
  private static final String HEAD =
      "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

  @TestHTTPResource URI base;
  @Inject BodyMemory memory;
  private Http http;

  /** As a server with a small heap. */
  public static final class SmallMemory implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("fovea.limits.body-memory", "8M", "fovea.limits.max-body", "2M");
    }
  }

  @BeforeEach
  void connect() {
    http = new Http(base);
  }

  @AfterEach
  void theNextIsServedAndNothingIsHeld() {
    assertServed(http.post(Http.COMPLETIONS, GOOD));
    Waiting.until("no body is held", () -> memory.usedBytes() == 0);
  }

  @Test
  void manyUnfinishedOnesAreRefusedBeyondTheirMemory() throws IOException {
    List<RawConnection> uploads = new ArrayList<>();
    String most = "x".repeat(2 * MIB - 1);
    try {
      for (int i = 0; i < 15; i++) {
        RawConnection upload = RawConnection.to(base);
        uploads.add(upload);
        upload.write(HEAD + "Content-Length: " + 2 * MIB + "\r\n\r\n" + most);
      }
      Waiting.until("12 are refused", () -> answered(uploads).size() >= 12);
      for (RawConnection refused : answered(uploads)) {
        assertThat(refused.readAnswer())
            .startsWith("HTTP/1.1 503 ")
            .contains("Retry-After: 1", "server_busy");
      }
      assertThat(memory.usedBytes()).isLessThanOrEqualTo(6L * MIB);
      assertServed(http.post(Http.COMPLETIONS, GOOD));
    } finally {
      for (RawConnection upload : uploads) {
        upload.close();
      }
    }
  }

  private static List<RawConnection> answered(List<RawConnection> uploads) {
    return uploads.stream().filter(UploadsTest::isAnswered).toList();
  }

  private static boolean isAnswered(RawConnection upload) {
    try {
      return upload.socket().getInputStream().available() > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void oneThatIsAnnouncedTooLargeIsRefusedBeforeItComes() throws IOException {
    try (RawConnection upload = RawConnection.to(base)) {
      upload.write(HEAD + "Content-Length: 3000000\r\n\r\n{");
      assertThat(upload.readAnswer()).startsWith("HTTP/1.1 413 ").contains("request_too_large");
      upload.write("x".repeat(2_999_999) + "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(upload.readAnswer()).startsWith("HTTP/1.1 200 ").contains("ready");
    }
  }

  /** Refused before anybody looked at it: more than the buffers between here and there hold. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "POST /nope | Content-Type: application/json | 404",
        "POST / | Content-Type: application/json | 405",
        "POST /health | Content-Type: application/json | 405",
        "PUT /v1/completions | Content-Type: application/json | 405",
        "GET /v1/models | Content-Type: application/json | 200",
        "POST /v1/completions | Content-Type: text/plain | 415",
        "POST /v1/completions | Accept: */* | 415",
        "POST /v1/completions | Origin: http://evil.example | 403",
      })
  void aBodyThatNobodyReadsHoldsUpNothingBehindIt(String request, String header, int status)
      throws IOException {
    try (RawConnection connection = RawConnection.to(base)) {
      connection.write(
          request
              + " HTTP/1.1\r\nHost: localhost\r\n"
              + header
              + "\r\nContent-Length: "
              + MIB
              + "\r\n\r\n"
              + "x".repeat(MIB));
      assertThat(connection.readAnswer()).startsWith("HTTP/1.1 " + status + " ");
      connection.write("GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(connection.readUntil("max_model_len")).contains("HTTP/1.1 200 ");
    }
  }

  /** Values that are much smaller than what they become. */
  @ParameterizedTest
  @ValueSource(strings = {"[],", "1,", "{},", "\"\","})
  void manySmallValuesAreRefusedAsWhatTheyWouldTake(String value) {
    String values = value.repeat(MIB / value.length()) + value.substring(0, value.length() - 1);
    Http.Answer answer = http.post(Http.COMPLETIONS, "{\"prompt\":[" + values + "]}");
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("request_too_large");
  }

  @ParameterizedTest
  @CsvSource({"gzip, gzip", "GZIP, gzip", "x-gzip, gzip", "deflate, deflate", "identity, none"})
  void aCodedBodyIsDecoded(String name, String coding) throws IOException {
    assertServed(post(name, coded(coding, GOOD.getBytes())));
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "zstd", "gzip, gzip", "gzip, br", "nonsense"})
  void anUnknownCodingIsRefused(String name) {
    Http.Answer answer = post(name, GOOD.getBytes());
    assertThat(answer.status()).isEqualTo(415);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("unsupported_media_type");
    assertThat(answer.header("Accept-Encoding")).isEqualTo("gzip, deflate, identity");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate"})
  void aBombIsCutAndNonsenseIsRefused(String coding) throws IOException {
    byte[] bomb = coded(coding, new byte[64 * MIB]);
    assertThat(bomb.length).isLessThan(MIB);
    assertThat(post(coding, bomb).status()).isEqualTo(413);
    assertThat(post(coding, GOOD.getBytes()).status()).isEqualTo(400);
    byte[] broken = coded(coding, GOOD.getBytes());
    assertThat(post(coding, java.util.Arrays.copyOf(broken, broken.length / 2)).status())
        .isEqualTo(400);
    assertThat(post(coding, new byte[0]).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/json | 200",
        "application/json; charset=utf-8 | 200",
        "Application/JSON;charset=UTF-8 | 200",
        "text/plain | 415",
        "application/x-www-form-urlencoded | 415",
        "multipart/form-data; boundary=x | 415",
        "text/plain; application/json | 415",
        "| 415",
      })
  void onlyJsonIsRead(String type, int status) throws IOException {
    for (String path : List.of("/v1/completions", "/v1/chat/completions", "/tokenize")) {
      String body =
          path.contains("chat") ? "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}" : GOOD;
      HttpRequest.Builder request =
          http.request(path).POST(HttpRequest.BodyPublishers.ofString(body));
      if (type != null) {
        request.header("Content-Type", type);
      }
      assertThat(http.send(request.build()).status()).as(path).isEqualTo(status);
    }
  }

  private Http.Answer post(String coding, byte[] body) {
    return http.send(
        http.request(Http.COMPLETIONS)
            .header("Content-Type", "application/json")
            .header("Content-Encoding", coding)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build());
  }

  private static byte[] coded(String coding, byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        switch (coding) {
          case "gzip" -> new GZIPOutputStream(bytes);
          case "deflate" -> new DeflaterOutputStream(bytes);
          default -> bytes;
        }) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  private static void assertServed(Http.Answer answer) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.json().at("/choices/0/text").asText()).isEqualTo("abc");
  }
}
