package dev.fovea.server.cli;

import dev.fovea.server.answer.Answer;
import dev.fovea.server.answer.AnswerEnd;
import dev.fovea.server.answer.Usage;
import dev.fovea.server.http.ApiException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Prints an answer as it grows and remembers how fast it came. */
final class TerminalAnswer implements Answer {
  private final PrintWriter out;
  private final CompletableFuture<Summary> summary = new CompletableFuture<>();
  private final long startNanos = System.nanoTime();
  private long firstNanos;
  private int numTokens;
  private String finishReason;

  TerminalAnswer(PrintWriter out) {
    this.out = out;
  }

  /** What there is to say at the end. */
  record Summary(boolean failed, String words) {}

  /** So many tokens have come. */
  void tokens(int count) {
    if (numTokens == 0) {
      firstNanos = System.nanoTime();
    }
    numTokens += count;
  }

  @Override
  public void text(int choice, String text, Usage soFar) {
    out.print(text);
    out.flush();
  }

  @Override
  public void end(int choice, AnswerEnd end) {
    finishReason = end.finishReason();
  }

  @Override
  public void complete(Usage usage) {
    out.println();
    out.flush();
    double firstSeconds = (firstNanos - startNanos) / 1e9;
    double restSeconds = (System.nanoTime() - firstNanos) / 1e9;
    String words =
        numTokens < 2
            ? String.format(
                Locale.ROOT,
                "%d prompt tokens, %d output tokens",
                usage.promptTokens(),
                usage.completionTokens())
            : String.format(
                Locale.ROOT,
                "%d prompt tokens, first token after %.2f s, then %d tokens at %.1f/s (%s)",
                usage.promptTokens(),
                firstSeconds,
                numTokens - 1,
                (numTokens - 1) / restSeconds,
                finishReason);
    summary.complete(new Summary(false, words));
  }

  @Override
  public void fail(ApiException failure) {
    out.println();
    out.flush();
    summary.complete(new Summary(true, failure.error().message()));
  }

  Summary await() {
    return summary.join();
  }
}
