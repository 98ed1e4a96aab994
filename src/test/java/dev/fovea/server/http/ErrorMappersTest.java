package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.core.Response;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrorMappersTest {
  private final ErrorMappers mappers = new ErrorMappers();

  /** Never sooner than there is room, never more than a client would wait. */
  @ParameterizedTest
  @CsvSource({
    "0, 1, 1000",
    "1, 1, 100",
    "350, 1, 350",
    "1000, 1, 1000",
    "1001, 2, 1001",
    "59001, 60, 59001",
    "3600000, 60, 60000",
  })
  void saysWhenToComeAgain(long millis, String seconds, String exactly) {
    ApiError error = new ApiError(429, ErrorCodes.OVERLOADED, null, "too many");
    Response response = mappers.api(ApiException.retryLater(error, Duration.ofMillis(millis)));

    assertThat(response.getHeaderString("Retry-After")).isEqualTo(seconds);
    assertThat(response.getHeaderString("retry-after-ms")).isEqualTo(exactly);
  }

  @Test
  void whatHasTimedOutIsNotToBeRepeated() {
    ApiError error = new ApiError(504, ErrorCodes.TIMEOUT, null, "too late");

    assertThat(mappers.api(new ApiException(error)).getHeaderString("x-should-retry"))
        .isEqualTo("false");
  }

  @Test
  void aMistakeIsNotToBeRepeated() {
    Response response = mappers.api(ApiException.badRequest(ErrorCodes.INVALID_JSON, "no JSON"));

    assertThat(response.getHeaders()).doesNotContainKeys("Retry-After", "retry-after-ms");
  }
}
