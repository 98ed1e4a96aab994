package dev.fovea.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A streamed completion as its client sees it: when each event came. */
record TimedStream(long startNanos, long[] eventNanos, boolean isDone) {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /**
   * Continues token ids by exactly so many tokens, on a thread of its own.
   *
   * @param base of the server
   */
  static CompletableFuture<TimedStream> start(URI base, int[] prompt, int maxTokens) {
    CompletableFuture<TimedStream> result = new CompletableFuture<>();
    Thread reader =
        new Thread(
            () -> {
              try {
                result.complete(read(base, prompt, maxTokens));
              } catch (Throwable e) {
                result.completeExceptionally(e);
              }
            },
            "timed-stream");
    reader.setDaemon(true);
    reader.start();
    return result;
  }

  private static TimedStream read(URI base, int[] prompt, int maxTokens)
      throws IOException, InterruptedException {
    String body =
        "{\"prompt\":%s,\"max_tokens\":%d,\"ignore_eos\":true,\"stream\":true,\"seed\":1}"
            .formatted(Arrays.toString(prompt), maxTokens);
    HttpRequest request =
        HttpRequest.newBuilder(base.resolve(Http.COMPLETIONS))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    final long start = System.nanoTime();
    HttpResponse<InputStream> response =
        CLIENT.send(request, HttpResponse.BodyHandlers.ofInputStream());
    List<Long> times = new ArrayList<>();
    boolean isDone = false;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals("data: [DONE]")) {
          isDone = true;
        } else if (line.startsWith("data: ")) {
          times.add(System.nanoTime());
        }
      }
    }
    return new TimedStream(start, times.stream().mapToLong(Long::longValue).toArray(), isDone);
  }

  /** Ids that are text of no kind, of a vocabulary of this size. */
  static int[] randomPrompt(int length, int vocabulary, long seed) {
    return new Random(seed).ints(length, 10, vocabulary).toArray();
  }

  /** Until the first token. */
  double firstTokenSeconds() {
    return (eventNanos[0] - startNanos) * 1e-9;
  }

  /** When its first token came. */
  long firstTokenNanos() {
    return eventNanos[0];
  }

  /** Between events, in seconds, as far as the later one came in this span of time. */
  double[] gapsBetween(long fromNanos, long toNanos) {
    List<Double> gaps = new ArrayList<>();
    for (int i = 1; i < eventNanos.length; i++) {
      if (eventNanos[i] >= fromNanos && eventNanos[i] <= toNanos) {
        gaps.add((eventNanos[i] - eventNanos[i - 1]) * 1e-9);
      }
    }
    return gaps.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
