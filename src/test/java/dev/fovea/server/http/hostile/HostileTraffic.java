package dev.fovea.server.http.hostile;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many hostile requests at a server, and what is wrong with its answers. */
final class HostileTraffic {
  private static final int NUM_SENDERS = 8;
  private static final Set<String> ERROR_FIELDS = Set.of("message", "type", "param", "code");

  /** Busy, timed out, no version of HTTP: all documented, none the server's failure. */
  private static final Set<Integer> DOCUMENTED = Set.of(503, 504, 505);

  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI base;
  private final Vertx vertx;
  private final Map<Integer, Integer> statuses = new TreeMap<>();
  private final List<String> complaints = new ArrayList<>();
  private long slowestNanos;

  HostileTraffic(URI base, Vertx vertx) {
    this.base = base;
    this.vertx = vertx;
  }

  /** Sends as many, half of them over each protocol; equal seeds send the same. */
  void send(int numRequests, long seed) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(NUM_SENDERS);
    try {
      List<Callable<Void>> senders = new ArrayList<>();
      for (int i = 0; i < NUM_SENDERS; i++) {
        int sender = i;
        senders.add(
            () -> {
              send(numRequests / NUM_SENDERS, seed + sender, sender % 2 == 1);
              return null;
            });
      }
      for (Future<Void> sender : threads.invokeAll(senders)) {
        sender.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private void send(int numRequests, long seed, boolean http2) throws IOException {
    RequestGrammar grammar = new RequestGrammar(seed);
    try (Sender sender = http2 ? new Http2Sender(vertx, base) : new Http1Sender(base)) {
      for (int i = 0; i < numRequests; i++) {
        Draft draft = grammar.next();
        judge(draft, sender.send(draft), http2);
      }
    }
  }

  private synchronized void judge(Draft draft, Answer answer, boolean http2) {
    statuses.merge(answer.status(), 1, Integer::sum);
    if (answer.nanos() < Long.MAX_VALUE) {
      slowestNanos = Math.max(slowestNanos, answer.nanos());
    }
    String complaint = complaintOf(draft, answer, http2);
    if (complaint != null) {
      complaints.add((http2 ? "HTTP/2 " : "HTTP/1 ") + complaint + " to " + draft);
    }
  }

  private static String complaintOf(Draft draft, Answer answer, boolean http2) {
    if (answer.nanos() > Sender.LATE_MILLIS * 1_000_000L) {
      return "no answer in time";
    }
    int status = answer.status();
    if (status == 0) {
      return draft.mayBeCutOff ? null : "no answer";
    }
    if (status >= 500 && !DOCUMENTED.contains(status)) {
      return "status " + status + " " + new String(answer.body(), StandardCharsets.UTF_8);
    }
    if (status == 503 && !answer.headers().containsKey("retry-after")) {
      return "no Retry-After";
    }
    if (http2 && status == 400 && answer.body().length == 0) {
      // The framework refuses a path that is no URI before any route sees it.
      return null;
    }
    boolean isError = status >= 400 && !draft.method.equals("HEAD");
    return isError && !hasErrorShape(answer)
        ? "no error shape but "
            + status
            + " "
            + answer.headers()
            + " "
            + new String(answer.body(), StandardCharsets.UTF_8)
        : null;
  }

  private static boolean hasErrorShape(Answer answer) {
    try {
      JsonNode error = JSON.readTree(answer.body()).path("error");
      List<String> fields = new ArrayList<>();
      error.fieldNames().forEachRemaining(fields::add);
      return Set.copyOf(fields).equals(ERROR_FIELDS)
          && !error.get("message").asText().isBlank()
          && answer.body().length < 2000
          && answer.headers().containsKey("x-request-id");
    } catch (IOException e) {
      return false;
    }
  }

  List<String> complaints() {
    return complaints;
  }

  @Override
  public String toString() {
    return "answers by status " + statuses + ", slowest " + slowestNanos / 1_000_000 + " ms";
  }
}
