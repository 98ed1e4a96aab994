package dev.fovea.server.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the head of an HTTP/1 request may say (RFC 9112). Two servers that read it differently take
 * one's body for the other's next request: what can be read in two ways is refused, and the
 * connection with it.
 */
final class HeadRules {
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");
  private static final Pattern PROBE = Pattern.compile("/(?:health|metrics|q/health(?:/.*)?)");
  private static final int SETTING_BYTES = 6;

  private HeadRules() {}

  /** Null: it is in order. */
  static ApiError errorOf(HttpRequest head) {
    if (head.decoderResult().isFailure()) {
      return errorOf(head.decoderResult().cause());
    }
    // The decoder has one object for each of these names, written exactly so.
    boolean isNew = head.protocolVersion() == HttpVersion.HTTP_1_1;
    if (!isNew && head.protocolVersion() != HttpVersion.HTTP_1_0) {
      return HttpErrors.of(505);
    }
    if (head.method().equals(HttpMethod.CONNECT)) {
      return HttpErrors.of(405);
    }
    boolean isRight =
        isFramed(head.headers(), isNew)
            && isHost(head.headers().getAll(HttpHeaderNames.HOST), isNew)
            && !head.headers().contains("")
            && isTarget(head.uri(), head.method());
    return isRight ? null : HttpErrors.of(400);
  }

  private static ApiError errorOf(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return HttpErrors.of(414);
    }
    return HttpErrors.of(cause instanceof TooLongHttpHeaderException ? 431 : 400);
  }

  /** Whether it is certain where the body ends. */
  private static boolean isFramed(HttpHeaders headers, boolean mayBeChunked) {
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    if (codings.isEmpty()) {
      return lengths.isEmpty() || lengths.size() == 1 && LENGTH.matcher(lengths.get(0)).matches();
    }
    return mayBeChunked
        && lengths.isEmpty()
        && codings.size() == 1
        && codings.get(0).equalsIgnoreCase(HttpHeaderValues.CHUNKED.toString());
  }

  private static boolean isHost(List<String> hosts, boolean isNeeded) {
    if (hosts.isEmpty()) {
      return !isNeeded;
    }
    String host = hosts.get(0);
    return hosts.size() == 1 && (host.isEmpty() || HostAndPort.parseAuthority(host, -1) != null);
  }

  private static boolean isTarget(String target, HttpMethod method) {
    if (target.equals("*")) {
      return method.equals(HttpMethod.OPTIONS);
    }
    try {
      URI uri = new URI(target);
      boolean isWeb =
          "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
      return uri.getRawFragment() == null
          && (target.startsWith("/") || isWeb && uri.getRawAuthority() != null);
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** Whether it only asks if the server lives, and how it does. */
  static boolean isProbe(HttpRequest head) {
    String path = head.uri().split("\\?", 2)[0];
    return PROBE.matcher(path).matches()
        && (head.method().equals(HttpMethod.GET) || head.method().equals(HttpMethod.HEAD));
  }

  /**
   * Settles whether the connection changes to HTTP/2: an offer that is not complete, or not wanted,
   * is taken out of the head, as RFC 7540, section 3.2, has it.
   *
   * @return null: the head is in order
   */
  static ApiError settleUpgrade(HttpRequest head, boolean isWanted) {
    HttpHeaders headers = head.headers();
    if (!"h2c".equalsIgnoreCase(headers.get(HttpHeaderNames.UPGRADE))) {
      return null;
    }
    List<String> settings = headers.getAll("HTTP2-Settings");
    if (!isWanted
        || head.protocolVersion() != HttpVersion.HTTP_1_1
        || settings.size() != 1
        || !isOffered(headers.get(HttpHeaderNames.CONNECTION))) {
      headers.remove(HttpHeaderNames.UPGRADE);
      return null;
    }
    return areSettings(settings.get(0)) ? null : HttpErrors.of(400);
  }

  private static boolean isOffered(String connection) {
    return connection != null
        && Arrays.asList(connection.replace(" ", "").toLowerCase(Locale.ROOT).split(","))
            .containsAll(Set.of("upgrade", "http2-settings"));
  }

  /** Base64url of pairs of a number of two bytes and a value of four, within their ranges. */
  private static boolean areSettings(String header) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(header);
      Http2Settings settings = new Http2Settings();
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        settings.put(buffer.getChar(), (Long) Integer.toUnsignedLong(buffer.getInt()));
      }
      return bytes.length % SETTING_BYTES == 0;
    } catch (IllegalArgumentException | BufferUnderflowException e) {
      return false;
    }
  }
}
