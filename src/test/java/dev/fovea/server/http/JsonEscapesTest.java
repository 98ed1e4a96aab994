package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.Http;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A character that some readers take for the end of a line leaves the server as an escape. */
@QuarkusTest
class JsonEscapesTest {
  @TestHTTPResource URI base;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/v1/completions | {'prompt':'%s','max_tokens':9,'stream':true}",
        "/v1/completions | {'prompt':'%s','max_tokens':9}",
        "/v1/chat/completions | {'messages':[{'role':'user','content':'%s'}],'max_tokens':9}",
        "/v1/completions | {'prompt':'a','model':'%s'}",
        "/v1/completions | {'prompt':'a','seed':'%s'}",
        "/detokenize | {'tokens':[194,133,226,128,168,226,128,169]}",
      })
  void inEveryAnswer(String path, String body) {
    String ends = "\u0085\u2028\u2029";
    Http.Answer answer = new Http(base).post(path, body.formatted(ends).replace('\'', '"'));

    assertThat(answer.text()).contains("\\u2028", "\\u2029").doesNotContain("\u2028", "\u2029");
    assertThat(answer.text()).doesNotContain("\u0085");
  }
}
