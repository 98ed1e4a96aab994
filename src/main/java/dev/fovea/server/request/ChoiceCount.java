package dev.fovea.server.request;

import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import java.util.Locale;

/** How many outputs a request wants of each of its prompts. */
final class ChoiceCount {
  private static final int MAX = 128;
  private static final Field<Integer> N = new Field<>("n", Rules.integer(1, MAX));
  private static final Field<Integer> BEST_OF = new Field<>("best_of", Rules.integer(1, MAX));

  private ChoiceCount() {}

  /**
   * @throws ApiException 400 for more outputs than the server computes at once, and where the best
   *     of more than are returned is asked for
   */
  static int read(Fields fields, int numPrompts, int maxSequences) {
    int n = fields.get(N, 1);
    if ((long) n * numPrompts > maxSequences) {
      String field = n > 1 ? N.name() : CompletionRequest.PROMPT;
      throw ApiException.badField(
          field,
          ErrorCodes.INVALID_VALUE,
          String.format(
              Locale.ROOT,
              "%s: expected at most %d outputs in all, as the server computes no more at once, got %d of each of %d prompts",
              field,
              maxSequences,
              n,
              numPrompts));
    }
    int bestOf = fields.get(BEST_OF, n);
    if (bestOf != n && bestOf != 1) {
      throw ApiException.badField(
          BEST_OF.name(),
          ErrorCodes.UNSUPPORTED,
          String.format(
              Locale.ROOT,
              "best_of: this server supports only 1 or the value of n, %d, got %d",
              n,
              bestOf));
    }
    return n;
  }
}
