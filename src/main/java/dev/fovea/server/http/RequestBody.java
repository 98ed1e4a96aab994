package dev.fovea.server.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads a request's body up to a limit. */
public final class RequestBody {
  private static final int CHUNK_BYTES = 16 * 1024;

  /**
   * So much of a refused body is read and dropped, so that a client that writes before it reads
   * still gets the answer; the connection of a longer one is simply closed.
   */
  private static final long MAX_DROPPED_BYTES = 256L << 20;

  private RequestBody() {}

  /**
   * The whole body; blocks.
   *
   * @throws ApiException 413 where it is longer than {@code maxBytes}, 400 where it breaks off
   */
  public static byte[] read(InputStream in, long maxBytes) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] chunk = new byte[CHUNK_BYTES];
    long total = 0;
    try {
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        total += count;
        if (total <= maxBytes) {
          body.write(chunk, 0, count);
        } else if (total > maxBytes + MAX_DROPPED_BYTES) {
          break;
        }
      }
    } catch (IOException e) {
      throw ApiException.badRequest(ErrorCodes.INVALID_JSON, "the request body broke off");
    }
    if (total > maxBytes) {
      throw new ApiException(
          new ApiError(
              413,
              ErrorCodes.BODY_TOO_LARGE,
              null,
              "request body: expected at most %d bytes, got %d".formatted(maxBytes, total)));
    }
    return body.toByteArray();
  }
}
