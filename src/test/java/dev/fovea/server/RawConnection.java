package dev.fovea.server;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A connection to the server under test, below what an HTTP client shows or sends. */
public record RawConnection(Socket socket) implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  public static RawConnection to(URI base) throws IOException {
    return on(new Socket(base.getHost(), base.getPort()));
  }

  public static RawConnection on(Socket connected) throws IOException {
    connected.setSoTimeout(PATIENCE_MILLIS);
    return new RawConnection(connected);
  }

  /** With a JSON body posted on it. */
  public static RawConnection posting(URI base, String path, String body) throws IOException {
    RawConnection connection = to(base);
    connection.post(path, body);
    return connection;
  }

  public void post(String path, String body) throws IOException {
    write(
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n".formatted(path)
            + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body));
  }

  public void write(String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Up to and with the wanted text. */
  public String readUntil(String wanted) throws IOException {
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf(wanted, seen.length() - wanted.length()) < 0) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new AssertionError("the connection ended after: " + seen);
      }
      seen.append((char) next);
    }
    return seen.toString();
  }

  /** One answer whose body is a JSON object. */
  public String readAnswer() throws IOException {
    StringBuilder all = new StringBuilder(readUntil("{"));
    for (int depth = 1; depth > 0; ) {
      String more = readUntil("}");
      depth += (int) more.chars().filter(c -> c == '{').count() - 1;
      all.append(more);
    }
    return all.toString();
  }

  /** To the end of the connection, however it ends. */
  public String readToTheEnd() {
    StringBuilder all = new StringBuilder();
    try {
      InputStream in = socket.getInputStream();
      for (int next = in.read(); next >= 0; next = in.read()) {
        all.append((char) next);
      }
    } catch (IOException reset) {
      return all.toString();
    }
    return all.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
