package dev.fovea.server.http;

/** Values of {@code error.code}; clients branch on them, so they never change. */
public final class ErrorCodes {
  public static final String INVALID_JSON = "invalid_json";
  public static final String INVALID_TYPE = "invalid_type";
  public static final String INVALID_VALUE = "invalid_value";
  public static final String MISSING = "missing_required_parameter";
  public static final String UNSUPPORTED = "unsupported_parameter";
  public static final String NO_CHAT_TEMPLATE = "no_chat_template";
  public static final String INVALID_MESSAGES = "invalid_messages";
  public static final String CONTEXT_LENGTH = "context_length_exceeded";
  public static final String MODEL_NOT_FOUND = "model_not_found";
  public static final String NOT_FOUND = "not_found";
  public static final String METHOD_NOT_ALLOWED = "method_not_allowed";
  public static final String TIMEOUT = "request_timeout";
  public static final String QUEUE_TIMEOUT = "queue_timeout";
  public static final String BODY_TOO_LARGE = "request_too_large";
  public static final String UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type";
  public static final String NOT_ACCEPTABLE = "not_acceptable";
  public static final String HOST_NOT_ALLOWED = "host_not_allowed";
  public static final String CROSS_SITE = "cross_site_request";
  public static final String BUSY = "server_busy";
  public static final String OVERLOADED = "rate_limit_exceeded";
  public static final String LOADING = "model_loading";
  public static final String UNAVAILABLE = "model_unavailable";
  public static final String GENERATION_FAILED = "generation_failed";
  public static final String INTERNAL = "internal_error";

  private ErrorCodes() {}
}
