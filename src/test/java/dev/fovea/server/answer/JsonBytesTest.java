package dev.fovea.server.answer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBytesTest {
  private final JsonBytes json = new JsonBytes();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " token",
        "say \"hi\"",
        "back\\slash",
        "line\nend\r\t\b\f",
        "\u0000\u0001\u001f\u007f\u0080",
        "naïve 日本語",
        "plain, then 🙂👩‍👩‍👧",
        "\u2028\u2029\ufeff\uffff",
        "\u0085 at the front, \u2028 inside, at the end \u2029",
      })
  void aStringIsReadBackAsItWas(String text) throws IOException {
    byte[] written = json.string(text).take();
    assertThat(new ObjectMapper().readValue(written, String.class)).isEqualTo(text);
    assertThat(new String(written, StandardCharsets.UTF_8))
        .as("an event is one line, whatever a reader takes for the end of one")
        .doesNotContain("\n", "\r", "\u0085", "\u2028", "\u2029");
  }

  @Test
  void itGrowsAndIsEmptyAfterwards() throws IOException {
    String large = "a".repeat(5000) + "\n".repeat(5000);
    byte[] written = json.raw("[").number(Long.MIN_VALUE).raw(",").string(large).raw("]").take();
    assertThat(new ObjectMapper().readTree(written).get(1).textValue()).isEqualTo(large);
    assertThat(json.take()).isEmpty();
  }
}
