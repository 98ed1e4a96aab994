package dev.fovea.model;

import java.util.List;

/**
 * What a family calls its tensors, without {@code .weight} and {@code .bias}.
 *
 * @param prefix of all but the head; checkpoints of the bare model lack it
 */
record TensorNames(String prefix, Outer outer, String layerPrefix, Layer layer) {

  /** The output matrix; absent where it is tied to the embedding. */
  static final String HEAD = "lm_head";

  static final String HEAD_WEIGHT = HEAD + TensorPlan.WEIGHT;

  /**
   * @param positions learned position table, or null
   */
  record Outer(String embedding, String positions, String finalNorm) {}

  /**
   * Names within a layer.
   *
   * @param qkv one fused projection, or query, key and value
   * @param up one projection, or gate and up
   */
  record Layer(
      List<String> norms,
      List<String> qkv,
      List<String> headNorms,
      String attentionOutput,
      List<String> up,
      String down) {

    String inputNorm() {
      return norms.get(0);
    }

    String feedForwardNorm() {
      return norms.get(1);
    }
  }

  static final TensorNames LLAMA =
      new TensorNames(
          "model.",
          new Outer("embed_tokens", null, "norm"),
          "layers.",
          new Layer(
              List.of("input_layernorm", "post_attention_layernorm"),
              List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
              List.of("self_attn.q_norm", "self_attn.k_norm"),
              "self_attn.o_proj",
              List.of("mlp.gate_proj", "mlp.up_proj"),
              "mlp.down_proj"));

  static final TensorNames GPT2 =
      new TensorNames(
          "transformer.",
          new Outer("wte", "wpe", "ln_f"),
          "h.",
          new Layer(
              List.of("ln_1", "ln_2"),
              List.of("attn.c_attn"),
              List.of(),
              "attn.c_proj",
              List.of("mlp.c_fc"),
              "mlp.c_proj"));

  /** Prefix of layer {@code index}, for checkpoints with {@link #prefix()}. */
  String layer(int index) {
    return prefix + layerPrefix + index + ".";
  }

  /** Full name of the embedding. */
  String embeddingWeight() {
    return prefix + outer.embedding() + TensorPlan.WEIGHT;
  }
}
