package dev.fovea.server.ops;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A proxy that serves another server under a prefix, and writes down who asks beside that. */
final class PrefixProxy implements AutoCloseable {
  private static final String PREFIX = "/models/here";

  private final HttpClient client = HttpClient.newHttpClient();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> escaped = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final URI target;

  PrefixProxy(URI target) throws IOException {
    this.target = target;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::miss);
    server.createContext(PREFIX + "/", this::pass);
    server.start();
  }

  /** With its slash. */
  URI base() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + PREFIX + "/");
  }

  /** Paths that were asked for beside the prefix. */
  List<String> escaped() {
    return List.copyOf(escaped);
  }

  private void miss(HttpExchange exchange) throws IOException {
    escaped.add(exchange.getRequestURI().getPath());
    exchange.sendResponseHeaders(404, -1);
    exchange.close();
  }

  private void pass(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString().substring(PREFIX.length());
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target.resolve(path))
            .method(
                exchange.getRequestMethod(),
                HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()));
    for (String name : List.of("Content-Type", "Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode")) {
      String value = exchange.getRequestHeaders().getFirst(name);
      if (value != null) {
        request.setHeader(name, value);
      }
    }
    try (exchange) {
      HttpResponse<byte[]> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      answer
          .headers()
          .firstValue("Content-Type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      int length = answer.body().length;
      exchange.sendResponseHeaders(answer.statusCode(), length == 0 ? -1 : length);
      exchange.getResponseBody().write(answer.body());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
