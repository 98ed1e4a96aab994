package dev.fovea.server.bench.serve;

import java.net.URI;

/**
 * A server to load, over plain TCP.
 *
 * @param root path before {@code /completions}, without a slash at its end
 */
public record Target(String host, int port, String root) {
  private static final int DEFAULT_PORT = 80;

  /**
   * @param url of the server, or of its API: {@code http://host:port}, {@code http://host/v1}
   * @throws IllegalArgumentException if it is no http URL
   */
  public static Target of(String url) {
    URI uri = URI.create(url);
    if ("https".equals(uri.getScheme())) {
      throw new IllegalArgumentException(
          url + ": expected http, got https; load the server itself, not its TLS proxy");
    }
    if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
      throw new IllegalArgumentException(url + ": expected http://host[:port][/path]");
    }
    String path = uri.getPath().replaceFirst("/+$", "");
    return new Target(
        uri.getHost(),
        uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(),
        path.isEmpty() ? "/v1" : path);
  }

  /** As it stands in a Host header. */
  String authority() {
    return host + ":" + port;
  }

  /** The URL of a path on this server. */
  public URI uri(String path) {
    return URI.create("http://" + authority() + path);
  }
}
