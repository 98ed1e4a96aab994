package dev.fovea.server.http.hostile;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Sends drafts over an HTTP/2 connection, as far as HTTP/2 can say what is in them. */
final class Http2Sender implements Sender {
  /** Those of one connection, which HTTP/2 does not have. */
  private static final Set<String> OF_HTTP_1 =
      Set.of("connection", "transfer-encoding", "te", "upgrade", "keep-alive", "host");

  private final URI base;
  private final HttpClient client;

  /** Of all that is heard of an answer: on several threads its body could pass its head by. */
  private final Context context;

  Http2Sender(Vertx vertx, URI base) {
    this.base = base;
    context = vertx.getOrCreateContext();
    client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setProtocolVersion(HttpVersion.HTTP_2)
                .setHttp2ClearTextUpgrade(false)
                .setHttp2MaxPoolSize(1));
  }

  @Override
  public Answer send(Draft draft) {
    long start = System.nanoTime();
    try {
      Promise<Answer> answer = Promise.promise();
      context.runOnContext(turn -> begin(draft, start).onComplete(answer));
      return answer
          .future()
          .toCompletionStage()
          .toCompletableFuture()
          .get(LATE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      return new Answer(0, Map.of(), new byte[0], Long.MAX_VALUE);
    } catch (ExecutionException reset) {
      // A stream or connection is ended so for what is no HTTP/2.
      draft.mayBeCutOff |= isBeyondHttp2(draft);
      return Answer.none(System.nanoTime() - start);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Future<Answer> begin(Draft draft, long start) {
    try {
      return exchange(draft, start);
    } catch (IllegalArgumentException | IllegalStateException unsendable) {
      draft.mayBeCutOff = true;
      return Future.failedFuture(unsendable);
    }
  }

  private Future<Answer> exchange(Draft draft, long start) {
    RequestOptions options =
        new RequestOptions()
            .setHost(base.getHost())
            .setPort(base.getPort())
            .setMethod(HttpMethod.valueOf(draft.method))
            .setURI(draft.target);
    return client
        .request(options)
        .compose(
            request -> {
              fill(request, draft);
              return draft.body == null ? request.send() : request.send(Buffer.buffer(draft.body));
            })
        .compose(
            response ->
                response
                    .body()
                    .map(
                        body -> {
                          Map<String, String> headers = new HashMap<>();
                          response
                              .headers()
                              .forEach(
                                  (name, value) ->
                                      headers.put(name.toLowerCase(Locale.ROOT), value));
                          return new Answer(
                              response.statusCode(),
                              headers,
                              body.getBytes(),
                              System.nanoTime() - start);
                        }));
  }

  private static void fill(HttpClientRequest request, Draft draft) {
    MultiMap headers = request.headers();
    for (Draft.Header header : draft.headers) {
      if (header.name().equals("Host")) {
        request.authority(HostAndPort.create(header.value(), -1));
      } else if (!OF_HTTP_1.contains(header.name().toLowerCase(Locale.ROOT))) {
        headers.add(header.name(), header.value());
      }
    }
  }

  /** Authorities, lengths and characters that make a message malformed there (RFC 9113, 8.1.1). */
  private static boolean isBeyondHttp2(Draft draft) {
    return draft.has("Content-Length")
        || draft.has("Host")
        || draft.target.contains("\"")
        || draft.headers.stream()
            .anyMatch(header -> header.value().chars().anyMatch(c -> c < ' ' && c != '\t'));
  }

  @Override
  public void close() {
    client.close();
  }
}
