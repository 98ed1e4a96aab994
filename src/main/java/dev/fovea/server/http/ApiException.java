package dev.fovea.server.http;

import java.time.Duration;
import java.util.Optional;

/**
 * Ends a request with an {@link ApiError}. Carries no stack trace: it is an answer, not a fault.
 */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final Duration RETRY_UNKNOWN = Duration.ofSeconds(1);
  private static final Duration RETRY_MIN = Duration.ofMillis(100);
  private static final Duration RETRY_MAX = Duration.ofMinutes(1);

  private final transient ApiError error;
  private final transient Duration retryAfter;

  private ApiException(ApiError error, Duration retryAfter) {
    super(error.message(), null, false, false);
    this.error = error;
    this.retryAfter = retryAfter;
  }

  public ApiException(ApiError error) {
    this(error, null);
  }

  /** The caller's mistake in one field. */
  public static ApiException badField(String param, String code, String message) {
    return new ApiException(new ApiError(400, code, param, message));
  }

  /** The caller's mistake, of no single field. */
  public static ApiException badRequest(String code, String message) {
    return badField(null, code, message);
  }

  /** A state that will pass: the client may come again after so many seconds. */
  public static ApiException retryLater(int status, String code, String message, int seconds) {
    return retryLater(new ApiError(status, code, null, message), seconds);
  }

  public static ApiException retryLater(ApiError error, int seconds) {
    return retryLater(error, Duration.ofSeconds(seconds));
  }

  /**
   * As the others.
   *
   * @param after zero: not known; cut down to what clients wait for, and not so short that they
   *     would do nothing else
   */
  public static ApiException retryLater(ApiError error, Duration after) {
    if (after.isZero()) {
      return new ApiException(error, RETRY_UNKNOWN);
    }
    Duration atMost = after.compareTo(RETRY_MAX) > 0 ? RETRY_MAX : after;
    return new ApiException(error, atMost.compareTo(RETRY_MIN) < 0 ? RETRY_MIN : atMost);
  }

  public ApiError error() {
    return error;
  }

  /** When to come again, if that may help; more than zero. */
  public Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}
