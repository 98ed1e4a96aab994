package dev.fovea.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Iterator;
import java.util.Map;

/**
 * Rotation parameters as transformers 4 ({@code rope_theta}, {@code rope_scaling}) and 5 ({@code
 * rope_parameters}) write them. A {@code partial_rotary_factor} means what it does in every class
 * that has one, though not all Llama-like classes of transformers read it.
 */
final class RopeReader {
  private static final String PARTIAL = "partial_rotary_factor";
  private static final double USUAL_THETA = 10_000;

  private final ConfigFields config;
  private final int maxPositions;
  private final int headDim;

  /**
   * @param headDim elements of a head
   */
  RopeReader(ConfigFields config, int maxPositions, int headDim) {
    this.config = config;
    this.maxPositions = maxPositions;
    this.headDim = headDim;
  }

  RopeConfig read() {
    double theta = config.positive("rope_theta", USUAL_THETA);
    String name = config.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
    if (!config.has(name)) {
      return new RopeConfig(theta, rotated(config), new RopeConfig.None());
    }
    ConfigFields rope = flat(name, config.child(name));
    theta = rope.positive("rope_theta", theta);
    if (theta <= 1) {
      throw rope.refusal("rope_theta: expected a number above 1, got %s", theta);
    }
    int rotated = rotated(rope.has(PARTIAL) ? rope : config);
    return new RopeConfig(theta, rotated, scaling(rope, rotated));
  }

  /** Parameters by layer type are taken where every type has the same. */
  private ConfigFields flat(String name, ConfigFields rope) {
    JsonNode first = null;
    for (Iterator<Map.Entry<String, JsonNode>> it = rope.object().fields(); it.hasNext(); ) {
      JsonNode value = it.next().getValue();
      if (value.isObject()) {
        if (first != null && !first.equals(value)) {
          throw rope.refusal("%s: different values by layer type are not supported", name);
        }
        first = value;
      }
    }
    return first == null ? rope : new ConfigFields(rope.file(), first);
  }

  private int rotated(ConfigFields from) {
    double part = from.positive(PARTIAL, 1);
    int rotated = (int) (headDim * part);
    if (part > 1 || rotated < 1) {
      throw from.refusal(
          "%s: expected a part, up to 1, of the %d elements of a head, got %s",
          PARTIAL, headDim, part);
    }
    if (rotated == headDim && headDim % 2 != 0) {
      throw from.refusal("head dim: expected an even number to rotate, got %d", headDim);
    }
    return rotated;
  }

  private RopeConfig.Scaling scaling(ConfigFields rope, int rotated) {
    String type = rope.text("rope_type", rope.text("type", "default"));
    return switch (type) {
      case "default" -> new RopeConfig.None();
      case "linear" -> new RopeConfig.Linear(rope.positive("factor"));
      case "dynamic" -> dynamic(rope, rotated);
      case "llama3" -> llama3(rope);
      case "yarn" -> yarn(rope);
      default ->
          throw rope.refusal(
              "rope_type: expected default, linear, dynamic, llama3 or yarn, got '%s'", type);
    };
  }

  private RopeConfig.Dynamic dynamic(ConfigFields rope, int rotated) {
    double factor = rope.positive("factor");
    if (factor < 1) {
      throw rope.refusal("factor: expected 1 or more, got %s", factor);
    }
    if (rotated <= 2) {
      throw rope.refusal("rope_type dynamic: expected heads of more than 2 rotated elements");
    }
    return new RopeConfig.Dynamic(factor, maxPositions);
  }

  private RopeConfig.Llama3 llama3(ConfigFields rope) {
    double low = rope.positive("low_freq_factor");
    double high = rope.positive("high_freq_factor");
    if (high <= low) {
      throw rope.refusal("high_freq_factor: expected more than %s, got %s", low, high);
    }
    return new RopeConfig.Llama3(rope.positive("factor"), low, high, trainedPositions(rope));
  }

  private RopeConfig.Yarn yarn(ConfigFields rope) {
    int trained = trainedPositions(rope);
    double factor = rope.positive("factor", (double) maxPositions / trained);
    RopeConfig.Ramp ramp =
        new RopeConfig.Ramp(
            rope.positive("beta_fast", 32),
            rope.positive("beta_slow", 1),
            rope.flag("truncate", true));
    double attention = rope.positive("attention_factor", attentionFactor(rope, factor));
    return new RopeConfig.Yarn(factor, ramp, attention, trained);
  }

  /** Peng et al. 2023, 3.4; the two mscale fields are DeepSeek's. */
  private static double attentionFactor(ConfigFields rope, double factor) {
    double all = rope.has("mscale_all_dim") ? number(rope, "mscale_all_dim") : 0;
    double some = rope.has("mscale") ? number(rope, "mscale") : 0;
    return all != 0 && some != 0
        ? magnitude(factor, some) / magnitude(factor, all)
        : magnitude(factor, 1);
  }

  private static double number(ConfigFields rope, String name) {
    JsonNode value = rope.object().get(name);
    double number = value.doubleValue();
    if (!value.isNumber() || !(number >= 0 && number <= 1e6)) {
      throw rope.refusal("%s: expected a number of 0 or more, got %s", name, value);
    }
    return number;
  }

  private static double magnitude(double factor, double scale) {
    return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
  }

  private int trainedPositions(ConfigFields rope) {
    int outside =
        config.size("original_max_position_embeddings", ConfigReader.MAX_POSITIONS, maxPositions);
    return config.has("original_max_position_embeddings")
        ? outside
        : rope.size("original_max_position_embeddings", ConfigReader.MAX_POSITIONS, maxPositions);
  }
}
