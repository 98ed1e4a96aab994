package dev.fovea.server.bench.serve;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A process that loads a {@link TokenSource} and checks that every stream counts from 0 without a
 * gap. Its arguments are the source's port, streams at once, tokens of each and the report's file.
 */
final class CheckedLoad implements StreamSink {
  private static final double TIMEOUT_SECONDS = 300;

  private final int[] next;
  private final int numTokens;

  private CheckedLoad(int numStreams, int numTokens) {
    next = new int[numStreams];
    this.numTokens = numTokens;
  }

  public static void main(String... args) throws IOException {
    int numStreams = Integer.parseInt(args[1]);
    int numTokens = Integer.parseInt(args[2]);
    LoadPlan plan =
        new LoadPlan(
            new Target("127.0.0.1", Integer.parseInt(args[0]), "/v1"),
            new LoadPlan.Rhythm(0, numStreams),
            new LoadPlan.Extent((long) numStreams, null, 0, TIMEOUT_SECONDS),
            new LoadPlan.Shape(
                LoadPlan.Endpoint.COMPLETIONS,
                null,
                new Range(8, 8),
                0,
                new Range(numTokens, numTokens),
                0,
                true,
                0),
            null,
            1);
    new LoadGenerator(plan, new CheckedLoad(numStreams, numTokens))
        .run(null)
        .write(Path.of(args[3]));
  }

  @Override
  public void content(long request, byte[] bytes, int from, int to) {
    int number = 0;
    for (int i = from + 1; i < to; i++) {
      number = 10 * number + bytes[i] - '0';
    }
    if (bytes[from] != ' ' || number != next[(int) request]) {
      throw new IllegalStateException(
          "stream %d: expected %d, got %d".formatted(request, next[(int) request], number));
    }
    next[(int) request]++;
  }

  @Override
  public void ended(long request, Outcome outcome) {
    if (outcome != Outcome.COMPLETED || next[(int) request] != numTokens) {
      throw new IllegalStateException(
          "stream %d: %s after %d tokens".formatted(request, outcome, next[(int) request]));
    }
  }
}
