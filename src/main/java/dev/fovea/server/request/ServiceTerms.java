package dev.fovea.server.request;

import dev.fovea.engine.GenerationRequest.Deadlines;
import dev.fovea.engine.GenerationRequest.Terms;

/** What a request says of how it is served, rather than of its text. */
final class ServiceTerms {
  private static final int MAX_SALT_CHARS = 1024;
  private static final int MAX_SECONDS = 1_000_000;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final Field<String> CACHE_SALT =
      new Field<>("cache_salt", Rules.text(1, MAX_SALT_CHARS));

  private ServiceTerms() {}

  static Terms read(Fields fields, Deadlines bounds) {
    return new Terms(
        fields.get(CACHE_SALT, ""),
        new Deadlines(
            timeout(fields, "queue_timeout", bounds.queueNanos()),
            timeout(fields, "total_timeout", bounds.totalNanos())));
  }

  /**
   * @param boundNanos 0: none
   */
  private static long timeout(Fields fields, String name, long boundNanos) {
    double maxSeconds = boundNanos == 0 ? MAX_SECONDS : boundNanos / NANOS_PER_SECOND;
    Float seconds = fields.get(new Field<>(name, Rules.number(Rules.Range.above(0, maxSeconds))));
    return seconds == null ? boundNanos : Math.max(1, Math.round(seconds * NANOS_PER_SECOND));
  }
}
