package dev.fovea.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.kernel.Activation;
import dev.fovea.kernel.Attention.Mask;
import dev.fovea.kernel.HeadLayout;
import dev.fovea.model.ModelConfig.AttentionConfig;
import dev.fovea.model.ModelConfig.BlockConfig;
import dev.fovea.model.ModelConfig.Sizes;
import dev.fovea.model.ModelConfig.TokenIds;
import dev.fovea.weights.JsonFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** From config.json to {@link ModelConfig}: the names and defaults of transformers' classes. */
final class ConfigReader {
  static final long MAX_BYTES = 4 << 20;
  private static final int MAX_HIDDEN = 1 << 17;
  private static final int MAX_FEED_FORWARD = 1 << 20;
  private static final int MAX_LAYERS = 1024;
  private static final int MAX_HEADS = 1024;
  private static final int MAX_VOCABULARY = 1 << 22;
  static final int MAX_POSITIONS = 1 << 24;
  private static final int MISTRAL_WINDOW = 4096;
  private static final int QWEN_FULL_LAYERS = 28;
  private static final int QWEN3_HEAD_DIM = 128;

  private final ConfigFields fields;
  private final Family family;

  private ConfigReader(ConfigFields fields, Family family) {
    this.fields = fields;
    this.family = family;
  }

  static ModelConfig read(Path file) {
    ConfigFields fields = new ConfigFields(file, JsonFile.readObject(file, MAX_BYTES));
    if (fields.has("quantization_config")) {
      JsonNode method = fields.object().get("quantization_config").path("quant_method");
      throw fields.refusal(
          "quantised checkpoint (%s): expected bf16, fp16 or fp32 weights",
          method.isTextual() ? method.textValue() : "quantization_config is set");
    }
    ConfigReader reader = new ConfigReader(fields, family(fields));
    return reader.family.isGpt2Like() ? reader.gpt2() : reader.llama();
  }

  private static Family family(ConfigFields fields) {
    if (fields.has("architectures")) {
      List<String> names = fields.texts("architectures");
      return names.stream()
          .flatMap(name -> Family.ofArchitecture(name).stream())
          .findFirst()
          .orElseThrow(
              () ->
                  fields.refusal(
                      "unsupported architecture %s, supported: %s", names, Family.supported()));
    }
    String type = fields.text("model_type", "none");
    return Family.ofModelType(type)
        .orElseThrow(
            () ->
                fields.refusal(
                    "unsupported model_type '%s', supported: %s", type, Family.supported()));
  }

  private ModelConfig llama() {
    Sizes sizes =
        new Sizes(
            fields.size("hidden_size", MAX_HIDDEN),
            fields.size("intermediate_size", MAX_FEED_FORWARD),
            fields.size("num_hidden_layers", MAX_LAYERS),
            fields.size("vocab_size", MAX_VOCABULARY),
            fields.size("max_position_embeddings", MAX_POSITIONS));
    int heads = fields.size("num_attention_heads", MAX_HEADS);
    int kvHeads = fields.size("num_key_value_heads", MAX_HEADS, heads);
    HeadLayout layout = heads(heads, kvHeads, headDim(sizes.hidden(), heads));
    float scale = (float) (1 / Math.sqrt(layout.dim()));
    List<Mask> masks = new ArrayList<>();
    for (int window : windows(sizes.layers())) {
      masks.add(Mask.causal(scale, window));
    }
    boolean hasBias = family == Family.QWEN2 || fields.flag("attention_bias", false);
    boolean hasOutputBias = family != Family.QWEN2 && fields.flag("attention_bias", false);
    return new ModelConfig(
        family,
        sizes,
        new AttentionConfig(layout, masks, hasBias, hasOutputBias),
        new RopeReader(fields, sizes.maxPositions(), layout.dim()).read(),
        new BlockConfig(
            activation("hidden_act", "silu"),
            fields.flag("mlp_bias", false),
            (float) fields.positive("rms_norm_eps", 1e-6),
            fields.flag("tie_word_embeddings", false)),
        tokenIds(sizes.vocabulary()));
  }

  private ModelConfig gpt2() {
    fields.refuseIf("add_cross_attention");
    int hidden = either("n_embd", "hidden_size", MAX_HIDDEN);
    Sizes sizes =
        new Sizes(
            hidden,
            fields.size("n_inner", MAX_FEED_FORWARD, 4 * hidden),
            either("n_layer", "num_hidden_layers", MAX_LAYERS),
            fields.size("vocab_size", MAX_VOCABULARY),
            either("n_positions", "max_position_embeddings", MAX_POSITIONS));
    int heads = either("n_head", "num_attention_heads", MAX_HEADS);
    boolean sharesKeys = family == Family.GPT_BIGCODE && fields.flag("multi_query", true);
    int dim = evenShare(hidden, heads);
    HeadLayout layout = heads(heads, sharesKeys ? 1 : heads, dim);
    // reorder_and_upcast_attn only moves roundings: here sums are fp32 always.
    double scale = fields.flag("scale_attn_weights", true) ? 1 / Math.sqrt(dim) : 1;
    boolean byLayer = fields.flag("scale_attn_by_inverse_layer_idx", false);
    List<Mask> masks = new ArrayList<>();
    for (int layer = 0; layer < sizes.layers(); layer++) {
      masks.add(Mask.causal((float) (byLayer ? scale / (layer + 1) : scale), 0));
    }
    String usual = family == Family.GPT2 ? "gelu_new" : "gelu_pytorch_tanh";
    return new ModelConfig(
        family,
        sizes,
        new AttentionConfig(layout, masks, true, true),
        null,
        new BlockConfig(
            activation("activation_function", usual),
            true,
            (float) fields.positive("layer_norm_epsilon", 1e-5),
            fields.flag("tie_word_embeddings", true)),
        tokenIds(sizes.vocabulary()));
  }

  private int either(String name, String alias, int max) {
    return fields.has(name) ? fields.size(name, max) : fields.size(alias, max);
  }

  private int headDim(int hidden, int heads) {
    if (fields.has("head_dim")) {
      return fields.size("head_dim", MAX_HIDDEN);
    }
    return family == Family.QWEN3 ? QWEN3_HEAD_DIM : evenShare(hidden, heads);
  }

  private int evenShare(int hidden, int heads) {
    if (hidden % heads != 0) {
      throw fields.refusal(
          "hidden size %d is not a multiple of the %d attention heads", hidden, heads);
    }
    return hidden / heads;
  }

  private HeadLayout heads(int query, int kv, int dim) {
    try {
      return new HeadLayout(query, kv, dim);
    } catch (IllegalArgumentException e) {
      throw fields.refusal("%s", e.getMessage());
    }
  }

  /** Sliding window of each layer, 0 for none. */
  private int[] windows(int layers) {
    int[] windows = new int[layers];
    int window = window();
    if (window == 0) {
      return windows;
    }
    boolean isMistral = family == Family.MISTRAL;
    List<String> types = fields.has("layer_types") ? fields.texts("layer_types") : null;
    if (types != null && types.size() != layers) {
      throw fields.refusal("layer_types: expected %d entries, got %d", layers, types.size());
    }
    int full = isMistral ? 0 : maxWindowLayers();
    for (int i = 0; i < layers; i++) {
      boolean slides = types == null ? i >= full : slides(types.get(i));
      windows[i] = slides ? window : 0;
    }
    return windows;
  }

  private int maxWindowLayers() {
    return fields.has("max_window_layers")
        ? fields.integer("max_window_layers", 0, Integer.MAX_VALUE)
        : QWEN_FULL_LAYERS;
  }

  private int window() {
    return switch (family) {
      case MISTRAL ->
          fields.object().has("sliding_window")
              ? fields.size("sliding_window", Integer.MAX_VALUE, 0)
              : MISTRAL_WINDOW;
      case QWEN2, QWEN3 ->
          fields.flag("use_sliding_window", false)
              ? fields.size("sliding_window", Integer.MAX_VALUE, 0)
              : 0;
      default -> 0;
    };
  }

  private boolean slides(String layerType) {
    return switch (layerType) {
      case "sliding_attention" -> true;
      case "full_attention" -> false;
      default ->
          throw fields.refusal(
              "layer_types: expected full_attention or sliding_attention, got '%s'", layerType);
    };
  }

  private Activation activation(String field, String usual) {
    String name = fields.text(field, usual);
    return switch (name) {
      case "silu", "swish" -> Activation.SILU;
      case "gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast" -> Activation.GELU_TANH;
      case "gelu", "gelu_python" -> Activation.GELU_ERF;
      case "relu" -> Activation.RELU;
      default ->
          throw fields.refusal(
              "%s: expected silu, gelu, gelu_new, gelu_pytorch_tanh or relu, got '%s'",
              field, name);
    };
  }

  /** Ids that are none end no text, and keep no model from being served. */
  private TokenIds tokenIds(int vocabulary) {
    Advice advice = Advice.of(fields);
    return new TokenIds(advice.tokenIds("eos_token_id", vocabulary), advice.warnings());
  }
}
