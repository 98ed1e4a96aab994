package dev.fovea.server.openai;

import dev.fovea.engine.GenerationRequest;
import dev.fovea.engine.StopRules;
import dev.fovea.model.SamplingParams;
import dev.fovea.server.GenerationDefaults;
import dev.fovea.server.ServedModel;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.server.request.GenerationOptions;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * What a request asks, completed by what the model's generation_config.json and the endpoint say
 * where it is silent.
 */
public final class GenerationPlan {
  private static final long NO_SEED = -1;

  private GenerationPlan() {}

  /**
   * What an endpoint does where the request sets no bound on its output; a smaller bound of the
   * model's counts.
   */
  public enum DefaultLength {
    /** OpenAI's 16 tokens. */
    SHORT(16),
    /** As far as the context goes. */
    OPEN(Integer.MAX_VALUE);

    private final int tokens;

    DefaultLength(int tokens) {
      this.tokens = tokens;
    }
  }

  /**
   * @throws ApiException 400 where prompt and output exceed the context, or the bounds contradict
   */
  public static GenerationRequest of(
      ServedModel model, int[] prompt, GenerationOptions options, DefaultLength defaultLength) {
    checkVocabulary(model, prompt);
    int maxTokens = maxTokens(model, prompt.length, options.ending().maxTokens(), defaultLength);
    int minTokens = options.ending().minTokens();
    if (minTokens > maxTokens) {
      throw ApiException.badField(
          "min_tokens",
          ErrorCodes.INVALID_VALUE,
          String.format(
              Locale.ROOT,
              "min_tokens: expected at most the %d tokens of the output, got %d",
              maxTokens,
              minTokens));
    }
    int[] stopIds = stopIds(model.defaults(), options.ending());
    return new GenerationRequest(
        prompt,
        sampling(model.defaults().sampling(), options.drawing()),
        new StopRules(maxTokens, minTokens, stopIds),
        options.terms());
  }

  /** A tokenizer may have tokens that its model has no row for. */
  private static void checkVocabulary(ServedModel model, int[] prompt) {
    int vocabulary = model.facts().vocabulary();
    for (int id : prompt) {
      if (id < 0 || id >= vocabulary) {
        throw ApiException.badRequest(
            ErrorCodes.INVALID_VALUE,
            String.format(
                Locale.ROOT,
                "prompt: expected tokens within the model's vocabulary of %d, got '%s' (%d)",
                vocabulary,
                model.text().tokenText(id).orElse("no token"),
                id));
      }
    }
  }

  private static int maxTokens(
      ServedModel model, int promptTokens, Integer asked, DefaultLength defaultLength) {
    int maxContext = model.facts().maxContext();
    int room = maxContext - promptTokens;
    if (room < 1) {
      throw tooLong(
          String.format(
              Locale.ROOT,
              "this model's maximum context length is %d tokens, and the prompt alone has %d",
              maxContext,
              promptTokens));
    }
    if (asked == null) {
      Integer modelsBound = model.defaults().maxTokens();
      int bound = modelsBound == null ? room : Math.min(room, modelsBound);
      return Math.min(bound, defaultLength.tokens);
    }
    if (asked > room) {
      throw tooLong(
          String.format(
              Locale.ROOT,
              "this model's maximum context length is %d tokens, and the request needs %d: %d in the prompt and %d for the output",
              maxContext,
              (long) promptTokens + asked,
              promptTokens,
              asked));
    }
    return asked;
  }

  private static ApiException tooLong(String message) {
    return ApiException.badRequest(ErrorCodes.CONTEXT_LENGTH, message);
  }

  private static int[] stopIds(GenerationDefaults defaults, GenerationOptions.Ending ending) {
    IntStream model = ending.ignoreEos() ? IntStream.empty() : IntStream.of(defaults.eosIds());
    List<Integer> own = ending.stopTokenIds();
    return IntStream.concat(model, own.stream().mapToInt(Integer::intValue)).distinct().toArray();
  }

  private static SamplingParams sampling(
      GenerationDefaults.Sampling defaults, GenerationOptions.Drawing asked) {
    GenerationOptions.Penalties penalties = asked.penalties();
    long seed =
        asked.seed() == null || asked.seed() == NO_SEED
            ? ThreadLocalRandom.current().nextLong()
            : asked.seed();
    float topP = first(asked.topP(), defaults.topP(), 1f);
    boolean keepsMostProbable = topP == 0;
    return new SamplingParams(
        keepsMostProbable ? 0f : first(asked.temperature(), defaults.temperature(), 1f),
        first(asked.topK(), defaults.topK(), 0),
        keepsMostProbable ? 1f : topP,
        first(asked.minP(), defaults.minP(), 0f),
        new SamplingParams.Penalties(
            first(penalties.repetition(), defaults.repetitionPenalty(), 1f),
            penalties.presence(),
            penalties.frequency()),
        seed);
  }

  private static <T> T first(T asked, T model, T otherwise) {
    if (asked != null) {
      return asked;
    }
    return model != null ? model : otherwise;
  }
}
