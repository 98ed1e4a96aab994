package dev.fovea.server.bench.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A server below HTTP libraries: every connection's bytes are written as a test has them. */
final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Thread accepting;
  private final Script script;
  private final Queue<String> heads = new ConcurrentLinkedQueue<>();
  private final Queue<String> bodies = new ConcurrentLinkedQueue<>();
  private final AtomicInteger numRequests = new AtomicInteger();
  private final AtomicInteger numConnections = new AtomicInteger();

  ScriptedServer(Script script) throws IOException {
    this.script = script;
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    accepting = new Thread(this::accept, "scripted server");
    accepting.setDaemon(true);
    accepting.start();
  }

  /** What is written for a request. */
  interface Script {
    /**
     * @param request numbered from 0
     * @param out of the connection, which goes on afterwards
     * @return whether the connection stays open
     */
    boolean answer(int request, OutputStream out) throws IOException, InterruptedException;
  }

  Target target() {
    return new Target("127.0.0.1", listener.getLocalPort(), "/v1");
  }

  int numConnections() {
    return numConnections.get();
  }

  /** Of the requests, with their lines' ends. */
  List<String> heads() {
    return List.copyOf(heads);
  }

  List<String> bodies() {
    return List.copyOf(bodies);
  }

  /** An event stream in chunks, one for each frame. */
  static byte[] chunked(String... frames) {
    StringBuilder answer =
        new StringBuilder(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                + "transfer-encoding: chunked\r\n\r\n");
    for (String frame : frames) {
      int length = frame.getBytes(StandardCharsets.UTF_8).length;
      answer.append(Integer.toHexString(length)).append("\r\n").append(frame).append("\r\n");
    }
    return answer.append("0\r\n\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  static String delta(String escapedText) {
    return "data: {\"id\":\"cmpl-1\",\"choices\":[{\"index\":0,\"text\":\"%s\",\"logprobs\":null,"
            .formatted(escapedText)
        + "\"finish_reason\":null}],\"usage\":null}\n\n";
  }

  static String usage(int prompt, int completion) {
    return "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d,"
            .formatted(prompt, completion)
        + "\"prompt_tokens_details\":{\"cached_tokens\":3}}}\n\n";
  }

  static final String DONE = "data: [DONE]\n\n";

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        numConnections.incrementAndGet();
        Thread serving = new Thread(() -> serve(socket), "scripted connection");
        serving.setDaemon(true);
        serving.start();
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      while (readRequest(socket.getInputStream())) {
        if (!script.answer(numRequests.getAndIncrement(), socket.getOutputStream())) {
          return;
        }
      }
    } catch (IOException | InterruptedException gone) {
      // The client's way of ending it.
    }
  }

  private boolean readRequest(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return false;
      }
      head.append((char) next);
    }
    int length = Integer.parseInt(head.toString().split("Content-Length: ")[1].split("\r\n")[0]);
    heads.add(head.toString());
    bodies.add(new String(in.readNBytes(length), StandardCharsets.UTF_8));
    return true;
  }

  /** Connections are taken in until the thread that accepts has left, so it is waited for. */
  @Override
  public void close() throws IOException {
    listener.close();
    try {
      accepting.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
