package dev.fovea.model;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.weights.Checkpoint;
import dev.fovea.weights.CheckpointException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The tensors that a configuration needs, by the name and shape that a checkpoint stores.
 *
 * @param expected by full name
 */
record TensorPlan(ModelConfig config, Map<String, Shape> expected) {
  static final String WEIGHT = ".weight";
  static final String BIAS = ".bias";

  /** What GPTQ, AWQ, bitsandbytes, compressed-tensors and FP8 checkpoints hold. */
  private static final Pattern QUANTISED =
      Pattern.compile(
          ".*\\.(qweight|qzeros|scales|g_idx|weight_scale(_inv)?|weight_packed|weight_shape"
              + "|weight_format|SCB|absmax|quant_map|input_scale|quant_state\\..*)");

  /** Lists the tensors of a configuration, with the family's usual prefix. */
  static TensorPlan of(ModelConfig config) {
    return new TensorPlan(config, new Listing(config).all());
  }

  /** Weights of the model in elements. */
  long elements() {
    return expected.values().stream().mapToLong(Shape::elements).reduce(0, Math::addExact);
  }

  /**
   * Holds the plan against the headers of a checkpoint; no weight is touched.
   *
   * @return the dtype that all weights share
   * @throws CheckpointException for missing or unknown tensors, wrong shapes and dtypes
   */
  DType check(Checkpoint checkpoint) {
    boolean hasPrefix = hasPrefix(checkpoint);
    for (String name : checkpoint.names()) {
      checkKnown(checkpoint, name, hasPrefix);
    }
    DType dtype = null;
    for (Map.Entry<String, Shape> tensor : expected.entrySet()) {
      String name = stored(tensor.getKey(), hasPrefix);
      Checkpoint.Info info = checkpoint.info(name);
      if (!info.shape().equals(tensor.getValue())) {
        throw new CheckpointException(
            info.file(),
            "tensor '%s': expected %s as %s says, got %s"
                .formatted(name, tensor.getValue(), ModelConfig.FILE, info.shape()));
      }
      dtype = sameType(name, info, dtype);
    }
    checkTiedHead(checkpoint);
    return dtype;
  }

  /** A head that is tied may be stored a second time: the same numbers, so the same shape. */
  private void checkTiedHead(Checkpoint checkpoint) {
    String head = TensorNames.HEAD + WEIGHT;
    if (expected.containsKey(head) || !checkpoint.contains(head)) {
      return;
    }
    TensorNames names = config.family().names();
    Shape embedding = expected.get(names.prefix() + names.outer().embedding() + WEIGHT);
    Checkpoint.Info info = checkpoint.info(head);
    if (!info.shape().equals(embedding)) {
      throw new CheckpointException(
          info.file(),
          "tensor '%s': expected %s as the embedding it is tied to, got %s"
              .formatted(head, embedding, info.shape()));
    }
  }

  /** The name in the checkpoint of a tensor of this plan. */
  String stored(String name, boolean hasPrefix) {
    String prefix = config.family().names().prefix();
    return !hasPrefix && name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }

  boolean hasPrefix(Checkpoint checkpoint) {
    TensorNames names = config.family().names();
    String embedding = names.outer().embedding() + WEIGHT;
    return checkpoint.contains(names.prefix() + embedding) || !checkpoint.contains(embedding);
  }

  private void checkKnown(Checkpoint checkpoint, String name, boolean hasPrefix) {
    TensorNames names = config.family().names();
    String full =
        hasPrefix || name.startsWith(TensorNames.HEAD + ".") ? name : names.prefix() + name;
    boolean isTiedHead = name.equals(TensorNames.HEAD + WEIGHT);
    if (expected.containsKey(full) || isTiedHead || names.isLeftover(name)) {
      return;
    }
    Checkpoint.Info info = checkpoint.info(name);
    throw new CheckpointException(
        info.file(),
        QUANTISED.matcher(name).matches()
            ? "quantised checkpoint (tensor '%s'): expected bf16, fp16 or fp32 weights"
                .formatted(name)
            : "unknown tensor '%s' %s %s for %s"
                .formatted(name, info.shape(), info.type(), config.family().architecture()));
  }

  private static DType sameType(String name, Checkpoint.Info info, DType others) {
    DType dtype =
        switch (info.type()) {
          case "F32" -> DType.F32;
          case "BF16" -> DType.BF16;
          case "F16" -> DType.F16;
          default -> null;
        };
    if (dtype == null || (others != null && dtype != others)) {
      String wanted = others == null ? "F32, BF16 or F16" : others + " as the tensors before it";
      throw new CheckpointException(
          info.file(),
          "tensor '%s': expected dtype %s, got %s".formatted(name, wanted, info.type()));
    }
    return dtype;
  }

  /** Walks a configuration and writes down its tensors. */
  private static final class Listing {
    private final ModelConfig config;
    private final TensorNames names;
    private final Map<String, Shape> tensors = new LinkedHashMap<>();

    Listing(ModelConfig config) {
      this.config = config;
      this.names = config.family().names();
    }

    Map<String, Shape> all() {
      ModelConfig.Sizes sizes = config.sizes();
      long hidden = sizes.hidden();
      String prefix = names.prefix();
      put(prefix + names.outer().embedding() + WEIGHT, sizes.vocabulary(), hidden);
      if (names.outer().positions() != null) {
        put(prefix + names.outer().positions() + WEIGHT, sizes.maxPositions(), hidden);
      }
      for (int i = 0; i < sizes.layers(); i++) {
        layer(names.layer(i));
      }
      norm(prefix + names.outer().finalNorm());
      if (!config.block().tiedEmbeddings()) {
        put(TensorNames.HEAD + WEIGHT, sizes.vocabulary(), hidden);
      }
      return tensors;
    }

    private void layer(String prefix) {
      TensorNames.Layer layer = names.layer();
      ModelConfig.AttentionConfig attention = config.attention();
      long hidden = config.sizes().hidden();
      long dim = attention.heads().dim();
      layer.norms().forEach(name -> norm(prefix + name));
      List<Long> rows = qkvRows(layer.qkv().size());
      for (int i = 0; i < rows.size(); i++) {
        projection(prefix + layer.qkv().get(i), rows.get(i), hidden, attention.hasInputBias());
      }
      if (config.family().hasHeadNorm()) {
        layer.headNorms().forEach(name -> put(prefix + name + WEIGHT, dim));
      }
      long attended = attention.heads().query() * dim;
      projection(prefix + layer.attentionOutput(), hidden, attended, attention.hasOutputBias());
      long feedForward = config.sizes().feedForward();
      boolean hasBias = config.block().hasFeedForwardBias();
      layer.up().forEach(name -> projection(prefix + name, feedForward, hidden, hasBias));
      projection(prefix + layer.down(), hidden, feedForward, hasBias);
    }

    private List<Long> qkvRows(int parts) {
      long query = (long) config.attention().heads().query() * config.attention().heads().dim();
      long kv = (long) config.attention().heads().kv() * config.attention().heads().dim();
      return parts == 1 ? List.of(query + 2 * kv) : List.of(query, kv, kv);
    }

    private void projection(String name, long outputs, long inputs, boolean hasBias) {
      if (config.family().storesTurned()) {
        put(name + WEIGHT, inputs, outputs);
      } else {
        put(name + WEIGHT, outputs, inputs);
      }
      if (hasBias) {
        put(name + BIAS, outputs);
      }
    }

    private void norm(String name) {
      put(name + WEIGHT, config.sizes().hidden());
      if (config.family().isGpt2Like()) {
        put(name + BIAS, config.sizes().hidden());
      }
    }

    private void put(String name, long... dims) {
      tensors.put(name, Shape.of(dims));
    }
  }
}
