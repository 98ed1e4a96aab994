package dev.fovea.server.bench.serve;

import dev.fovea.server.bench.serve.LoadPlan.Endpoint;
import dev.fovea.server.bench.serve.LoadPlan.Extent;
import dev.fovea.server.bench.serve.LoadPlan.Rhythm;
import dev.fovea.server.bench.serve.LoadPlan.Shape;

/** Plans for tests. */
final class Plans {
  private static final double TIMEOUT_SECONDS = 20;
  private static final double LONG_TIMEOUT_SECONDS = 300;

  private Plans() {}

  /** So many requests for text, so many at a time. */
  static LoadPlan closed(Target target, long requests, int concurrency) {
    return plan(target, new Rhythm(0, concurrency), requests, shape(Endpoint.COMPLETIONS, 0, 0));
  }

  static LoadPlan open(Target target, long requests, double perSecond) {
    return plan(target, new Rhythm(perSecond, 0), requests, shape(Endpoint.COMPLETIONS, 0, 0));
  }

  static LoadPlan cancelling(Target target, long requests, double cancelRatio) {
    return plan(target, new Rhythm(0, 4), requests, shape(Endpoint.COMPLETIONS, 0, cancelRatio));
  }

  /** Of which so many answers are not streamed. */
  static LoadPlan whole(Target target, long requests, double wholeRatio, double cancelRatio) {
    Shape shape = shape(Endpoint.COMPLETIONS, wholeRatio, cancelRatio);
    return plan(target, new Rhythm(0, 4), requests, shape);
  }

  static LoadPlan chat(Target target, long requests, int concurrency) {
    return plan(target, new Rhythm(0, concurrency), requests, shape(Endpoint.CHAT, 0, 0));
  }

  /** So many streams of text at once, each of exactly so many tokens, from this machine. */
  static LoadPlan streams(int port, int numStreams, Range promptTokens, int numTokens) {
    return new LoadPlan(
        new Target("127.0.0.1", port, "/v1"),
        new Rhythm(0, numStreams),
        new Extent((long) numStreams, null, 0, LONG_TIMEOUT_SECONDS),
        new Shape(
            Endpoint.COMPLETIONS,
            null,
            promptTokens,
            0,
            new Range(numTokens, numTokens),
            0,
            true,
            0,
            0),
        null,
        1);
  }

  private static LoadPlan plan(Target target, Rhythm rhythm, long requests, Shape shape) {
    return new LoadPlan(
        target, rhythm, new Extent(requests, null, 0, TIMEOUT_SECONDS), shape, null, 7);
  }

  private static Shape shape(Endpoint endpoint, double wholeRatio, double cancelRatio) {
    return new Shape(
        endpoint, null, new Range(2, 4), 2, new Range(10, 30), 0, true, wholeRatio, cancelRatio);
  }
}
