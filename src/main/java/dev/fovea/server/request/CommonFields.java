package dev.fovea.server.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.http.ApiException;
import dev.fovea.server.http.ErrorCodes;
import dev.fovea.server.request.GenerationOptions.Drawing;
import dev.fovea.server.request.GenerationOptions.Ending;
import dev.fovea.server.request.GenerationOptions.Penalties;
import dev.fovea.server.request.Rules.Range;
import java.util.List;

/** The fields that completions and chat share, each with its rule. */
final class CommonFields {
  private static final int MAX_STOP_STRINGS = 16;
  private static final int MAX_STOP_CHARS = 1024;
  private static final int MAX_STOP_IDS = 1024;
  private static final int MAX_MODEL_CHARS = 1024;
  private static final float MAX_REPETITION = 1e6f;

  static final Field<String> MODEL = new Field<>("model", Rules.text(0, MAX_MODEL_CHARS));
  static final Field<Integer> MAX_TOKENS =
      new Field<>("max_tokens", Rules.integer(1, Integer.MAX_VALUE));
  private static final Field<Float> TEMPERATURE =
      new Field<>("temperature", Rules.number(Range.closed(0, 2)));
  private static final Field<Float> TOP_P = new Field<>("top_p", Rules.number(Range.closed(0, 1)));
  private static final Field<Float> MIN_P = new Field<>("min_p", Rules.number(Range.closed(0, 1)));
  private static final Field<Integer> TOP_K =
      new Field<>("top_k", Rules.integer(-1, Integer.MAX_VALUE));
  private static final Field<Float> REPETITION =
      new Field<>("repetition_penalty", Rules.number(Range.above(0, MAX_REPETITION)));
  private static final Field<Float> PRESENCE =
      new Field<>("presence_penalty", Rules.number(Range.closed(-2, 2)));
  private static final Field<Float> FREQUENCY =
      new Field<>("frequency_penalty", Rules.number(Range.closed(-2, 2)));
  private static final Field<Long> SEED =
      new Field<>("seed", Rules.wideInteger(Long.MIN_VALUE, Long.MAX_VALUE));
  private static final Field<Integer> MIN_TOKENS =
      new Field<>("min_tokens", Rules.integer(0, Integer.MAX_VALUE));
  private static final Field<Boolean> IGNORE_EOS = new Field<>("ignore_eos", Rules.flag());
  private static final Field<List<String>> STOP =
      new Field<>("stop", Rules.oneOrMore(Rules.text(1, MAX_STOP_CHARS), MAX_STOP_STRINGS));
  private static final Field<Boolean> STREAM = new Field<>("stream", Rules.flag());
  private static final Field<Boolean> INCLUDE_USAGE = new Field<>("include_usage", Rules.flag());
  private static final Field<Boolean> INCLUDE_OBFUSCATION =
      new Field<>("include_obfuscation", Rules.flag());
  private static final Field<Boolean> CONTINUOUS_USAGE =
      new Field<>("continuous_usage_stats", Rules.flag());
  private static final Field<ObjectNode> STREAM_OPTIONS =
      new Field<>("stream_options", CommonFields::readObject);

  private CommonFields() {}

  /**
   * @param maxTokens what bounds the output, or null
   */
  static GenerationOptions options(
      Fields fields, Integer maxTokens, int numPrompts, Bounds bounds) {
    Drawing drawing =
        new Drawing(
            fields.get(TEMPERATURE),
            topK(fields),
            fields.get(TOP_P),
            fields.get(MIN_P),
            new Penalties(
                fields.get(REPETITION), fields.get(PRESENCE, 0f), fields.get(FREQUENCY, 0f)),
            fields.get(SEED));
    Field<List<Integer>> stopIds =
        new Field<>(
            "stop_token_ids",
            Rules.list(Rules.integer(0, bounds.vocabulary() - 1), 0, MAX_STOP_IDS));
    Ending ending =
        new Ending(
            maxTokens,
            fields.get(MIN_TOKENS, 0),
            fields.get(IGNORE_EOS, false),
            fields.get(STOP, List.of()),
            fields.get(stopIds, List.of()));
    return new GenerationOptions(
        ChoiceCount.read(fields, numPrompts, bounds.maxSequences()),
        drawing,
        ending,
        ServiceTerms.read(fields, bounds.deadlines()));
  }

  /** Both -1 and 0 mean all, as in vLLM. */
  private static Integer topK(Fields fields) {
    Integer topK = fields.get(TOP_K);
    return topK == null ? null : Integer.valueOf(Math.max(topK, 0));
  }

  static Streaming streaming(Fields fields) {
    boolean stream = fields.get(STREAM, false);
    ObjectNode options = fields.get(STREAM_OPTIONS);
    if (options == null) {
      return new Streaming(stream, false, false);
    }
    if (!stream) {
      throw ApiException.badField(
          STREAM_OPTIONS.name(),
          ErrorCodes.INVALID_VALUE,
          "stream_options: allowed only where stream is true");
    }
    Fields nested = new Fields(options, "stream_options.");
    nested.get(INCLUDE_OBFUSCATION);
    boolean includeUsage = nested.get(INCLUDE_USAGE, false);
    return new Streaming(true, includeUsage, nested.get(CONTINUOUS_USAGE, false) && includeUsage);
  }

  private static ObjectNode readObject(JsonNode value, String path) {
    if (value instanceof ObjectNode object) {
      return object;
    }
    throw Rules.wrongType(path, "an object", value);
  }
}
