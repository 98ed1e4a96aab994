package dev.fovea.server.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What a client is told when its request fails: the error object of the OpenAI API.
 *
 * @param status of the HTTP answer
 * @param code for programs, or null
 * @param param the field at fault, or null
 * @param message for people
 */
public record ApiError(int status, String code, String param, String message) {
  private static final JsonFactory JSON = JsonEscapes.newFactory();

  /** Of work that the end of the process does not let begin or finish. */
  public static ApiError goingDown() {
    return new ApiError(503, ErrorCodes.UNAVAILABLE, null, "the server is going down");
  }

  /** The API's word for the class of the error. */
  public String type() {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 429 -> "rate_limit_error";
      case 503 -> "service_unavailable_error";
      default -> status >= 500 ? "server_error" : "invalid_request_error";
    };
  }

  /** {@code {"error": {...}}}, UTF-8. */
  public byte[] toJson() {
    ByteArrayOutputStream out = new ByteArrayOutputStream(256);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeObjectFieldStart("error");
      json.writeStringField("message", message);
      json.writeStringField("type", type());
      json.writeStringField("param", param);
      json.writeStringField("code", code);
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
