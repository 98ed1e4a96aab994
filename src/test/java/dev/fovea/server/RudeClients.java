package dev.fovea.server;

import dev.fovea.server.http.RawHttp2;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Clients that hold on to a server without doing their part. */
final class RudeClients implements AutoCloseable {
  private static final int RECEIVE_BUFFER = 4096;
  private static final int STREAMS_PER_CONNECTION = 2500;
  private static final String HEALTH = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";

  private static final String LONG_STREAM =
      "{\"prompt\":\"Once\",\"max_tokens\":1500,\"ignore_eos\":true,\"stream\":true}";
  private static final String LONG_TEXT = "{\"prompt\":\"" + "a b ".repeat(3500) + "\"}";

  private final List<AutoCloseable> connections = new ArrayList<>();

  /** What they do. */
  enum Way {
    /** They have asked once and say no more. */
    IDLE_HTTP1(500),
    IDLE_HTTP2(500),
    /** They do not even ask. */
    SILENT(500),
    /** They ask for long streams and read none of them. */
    UNREAD_STREAMS(40),
    UNREAD_STREAMS_HTTP2(40),
    /** They do not read an answer that is ready. */
    UNREAD_ANSWERS(40),
    UNREAD_ANSWERS_HTTP2(40),
    /** They begin to send a large body. */
    UNFINISHED_UPLOADS(15),
    /** They open as many HTTP/2 streams as they can. */
    MANY_STREAMS(10_000);

    private final int many;

    Way(int many) {
      this.many = many;
    }

    int many() {
      return many;
    }
  }

  /** Lets so many clients have their way. */
  void add(Way way, int count, URI base) throws IOException {
    switch (way) {
      case IDLE_HTTP1 -> {
        for (int i = 0; i < count; i++) {
          RawConnection connection = keep(RawConnection.to(base));
          connection.write(HEALTH);
          connection.readUntil("}");
        }
      }
      case IDLE_HTTP2 -> {
        for (int i = 0; i < count; i++) {
          keep(RawHttp2.to(base)).read();
        }
      }
      case SILENT -> {
        for (int i = 0; i < count; i++) {
          keep(RawConnection.to(base));
        }
      }
      case UNREAD_STREAMS -> post(count, base, Http.COMPLETIONS, LONG_STREAM);
      case UNREAD_ANSWERS -> post(count, base, "/tokenize", LONG_TEXT);
      case UNREAD_STREAMS_HTTP2 -> postHttp2(count, base, Http.COMPLETIONS, LONG_STREAM);
      case UNREAD_ANSWERS_HTTP2 -> postHttp2(count, base, "/tokenize", "{\"prompt\":\"a\"}");
      case UNFINISHED_UPLOADS -> upload(count, base);
      case MANY_STREAMS -> openStreams(count, base);
    }
  }

  private void post(int count, URI base, String path, String body) throws IOException {
    for (int i = 0; i < count; i++) {
      Socket socket = new Socket();
      socket.setReceiveBufferSize(RECEIVE_BUFFER);
      socket.connect(new InetSocketAddress(base.getHost(), base.getPort()));
      keep(RawConnection.on(socket)).post(path, body);
    }
  }

  private void postHttp2(int count, URI base, String path, String body) throws IOException {
    for (int i = 0; i < count; i++) {
      keep(RawHttp2.withWindow(base, 0)).post(1, path, body);
    }
  }

  /** A thread sends each, since nobody may take it. */
  private void upload(int count, URI base) throws IOException {
    String head =
        "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + String.format(Locale.ROOT, "Content-Length: %d\r\n\r\n", 16 << 20);
    byte[] most = new byte[15 << 20];
    for (int i = 0; i < count; i++) {
      RawConnection connection = keep(RawConnection.to(base));
      connection.write(head);
      inBackground(() -> connection.socket().getOutputStream().write(most));
    }
  }

  private void openStreams(int count, URI base) throws IOException {
    for (int opened = 0; opened < count; opened += STREAMS_PER_CONNECTION) {
      RawHttp2 connection = keep(RawHttp2.withWindow(base, 0));
      int streams = Math.min(STREAMS_PER_CONNECTION, count - opened);
      inBackground(
          () -> {
            for (int i = 0; i < streams; i++) {
              connection.post(1 + 2 * i, Http.COMPLETIONS, i % 2 == 0 ? null : LONG_STREAM);
            }
          });
    }
  }

  /** What the server may refuse to take. */
  @FunctionalInterface
  private interface Sending {
    void run() throws IOException;
  }

  private static void inBackground(Sending sending) {
    Thread thread =
        new Thread(
            () -> {
              try {
                sending.run();
              } catch (IOException cut) {
                Thread.currentThread().interrupt();
              }
            },
            "rude");
    thread.setDaemon(true);
    thread.start();
  }

  private <T extends AutoCloseable> T keep(T connection) {
    connections.add(connection);
    return connection;
  }

  @Override
  public void close() throws Exception {
    for (AutoCloseable each : connections) {
      each.close();
    }
  }
}
