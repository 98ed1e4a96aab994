package dev.fovea.server.http;

import java.util.Locale;

/** Errors known by their status alone: what HTTP, not a resource, has to say. */
final class HttpErrors {
  private HttpErrors() {}

  static ApiError notFound() {
    return of(404);
  }

  static ApiError bodyTooLarge(int maxBytes) {
    return bodyTooLarge("request body: expected at most " + maxBytes + " bytes, got more");
  }

  static ApiError bodyTooLarge(String message) {
    return new ApiError(413, ErrorCodes.BODY_TOO_LARGE, null, message);
  }

  /** There is no room for the connection; one that probes the server would be answered. */
  static ApiError full() {
    return new ApiError(
        503, ErrorCodes.UNAVAILABLE, null, "the server has too many open connections");
  }

  static ApiError of(int status) {
    return switch (status) {
      case 404 ->
          new ApiError(404, ErrorCodes.NOT_FOUND, null, "there is nothing at this path; see /");
      case 405 ->
          new ApiError(
              405, ErrorCodes.METHOD_NOT_ALLOWED, null, "this path does not answer this method");
      case 406 ->
          new ApiError(
              406,
              ErrorCodes.NOT_ACCEPTABLE,
              null,
              "this path has nothing the Accept header wants");
      case 408 -> new ApiError(408, ErrorCodes.TIMEOUT, null, "the request did not come in time");
      case 413 ->
          new ApiError(413, ErrorCodes.BODY_TOO_LARGE, null, "the request body is too large");
      case 414 -> new ApiError(414, ErrorCodes.INVALID_VALUE, null, "the path is too long");
      case 415 ->
          new ApiError(
              415,
              ErrorCodes.UNSUPPORTED_MEDIA_TYPE,
              null,
              "Content-Type: expected application/json");
      case 431 ->
          new ApiError(431, ErrorCodes.INVALID_VALUE, null, "the request headers are too large");
      case 503 ->
          new ApiError(503, ErrorCodes.UNAVAILABLE, null, "the server cannot answer at present");
      case 505 -> new ApiError(505, ErrorCodes.INVALID_VALUE, null, "expected HTTP/1.1 or HTTP/2");
      default ->
          status >= 400 && status < 500
              ? new ApiError(
                  status,
                  ErrorCodes.INVALID_VALUE,
                  null,
                  String.format(Locale.ROOT, "the request is malformed (HTTP %d)", status))
              : new ApiError(
                  500,
                  ErrorCodes.INTERNAL,
                  null,
                  "the server failed on this request; its log says why");
    };
  }
}
