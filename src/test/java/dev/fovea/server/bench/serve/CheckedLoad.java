package dev.fovea.server.bench.serve;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A process that loads a {@link TokenSource} and checks that every stream counts from 0 without a
 * gap. Its arguments are the source's port, streams at once, tokens of each and the report's file.
 */
final class CheckedLoad implements StreamSink {
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
        Plans.streams(Integer.parseInt(args[0]), numStreams, new Range(8, 8), numTokens);
    new LoadGenerator(plan, new CheckedLoad(numStreams, numTokens))
        .run(null)
        .write(Path.of(args[3]));
  }

  @Override
  public void content(long request, String text) {
    int number = Integer.parseInt(text.strip());
    if (text.charAt(0) != ' ' || number != next[(int) request]) {
      throw new IllegalStateException(
          "stream %d: expected %d, got %d".formatted(request, next[(int) request], number));
    }
    next[(int) request]++;
  }

  @Override
  public void ended(long request, CallOutcome outcome) {
    if (outcome != CallOutcome.COMPLETED || next[(int) request] != numTokens) {
      throw new IllegalStateException(
          "stream %d: %s after %d tokens".formatted(request, outcome, next[(int) request]));
    }
  }
}
