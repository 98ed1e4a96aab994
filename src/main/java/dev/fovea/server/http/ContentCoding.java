package dev.fovea.server.http;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/** How a body was coded for the way (RFC 9110, 8.4). */
enum ContentCoding {
  IDENTITY,
  GZIP,
  /** In its zlib frame. */
  DEFLATE;

  /** For the header {@code Accept-Encoding} of a refusal. */
  static final String KNOWN = "gzip, deflate, identity";

  private static final int CHUNK_BYTES = 16 << 10;

  /**
   * @param header null: none was sent
   * @return empty: one that is not known, or several
   */
  static Optional<ContentCoding> of(String header) {
    if (header == null || header.isBlank()) {
      return Optional.of(IDENTITY);
    }
    return switch (header.strip().toLowerCase(Locale.ROOT)) {
      case "identity" -> Optional.of(IDENTITY);
      case "gzip", "x-gzip" -> Optional.of(GZIP);
      case "deflate" -> Optional.of(DEFLATE);
      default -> Optional.empty();
    };
  }

  /**
   * Writes what was coded.
   *
   * @throws ApiException 400 if it is not so coded, and what {@code to} throws
   */
  void decode(InputStream coded, BodyBytes to) {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in = open(coded)) {
      for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
        to.append(chunk, length);
      }
    } catch (IOException e) {
      throw ApiException.badRequest(
          ErrorCodes.INVALID_JSON,
          "the request body is not what its Content-Encoding says: "
              + name().toLowerCase(Locale.ROOT));
    }
  }

  private InputStream open(InputStream coded) throws IOException {
    return switch (this) {
      case IDENTITY -> coded;
      case GZIP -> new GZIPInputStream(coded, CHUNK_BYTES);
      case DEFLATE -> new InflaterInputStream(coded);
    };
  }
}
