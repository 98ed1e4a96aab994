package dev.fovea.server.http;

import java.util.OptionalInt;

/**
 * Ends a request with an {@link ApiError}. Carries no stack trace: it is an answer, not a fault.
 */
public final class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ApiError error;
  private final int retryAfterSeconds;

  private ApiException(ApiError error, int retryAfterSeconds) {
    super(error.message(), null, false, false);
    this.error = error;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  public ApiException(ApiError error) {
    this(error, 0);
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
    return new ApiException(error, seconds);
  }

  public ApiError error() {
    return error;
  }

  public OptionalInt retryAfterSeconds() {
    return retryAfterSeconds > 0 ? OptionalInt.of(retryAfterSeconds) : OptionalInt.empty();
  }
}
