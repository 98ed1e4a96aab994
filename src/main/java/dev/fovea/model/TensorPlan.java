package dev.fovea.model;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.weights.Checkpoint;
import dev.fovea.weights.CheckpointException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The tensors that a configuration needs, by the name and shape that a checkpoint stores.
 *
 * @param expected by full name
 */
record TensorPlan(ModelConfig config, Map<String, Spec> expected) {
  static final String WEIGHT = ".weight";
  static final String BIAS = ".bias";

  /**
   * @param together tensors with the same word share a dtype: all matrices, and vectors that one
   *     kernel reads at once
   */
  record Spec(Shape shape, String together) {
    private static final String MATRICES = "matrices";
  }

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
    return expected.values().stream()
        .mapToLong(spec -> spec.shape().elements())
        .reduce(0, Math::addExact);
  }

  /** Bytes of those weights as a checkpoint that has passed {@link #check} stores them. */
  long bytes(Checkpoint checkpoint) {
    boolean hasPrefix = hasPrefix(checkpoint);
    return expected.keySet().stream()
        .mapToLong(name -> checkpoint.info(stored(name, hasPrefix)).byteSize())
        .reduce(0, Math::addExact);
  }

  /**
   * Holds the plan against the headers of a checkpoint; no weight is touched.
   *
   * @return the dtype that all matrices share; vectors (norms, biases) have it or are F32
   * @throws CheckpointException for missing or unknown tensors, wrong shapes and dtypes
   */
  DType check(Checkpoint checkpoint) {
    boolean hasPrefix = hasPrefix(checkpoint);
    for (String name : checkpoint.names()) {
      checkKnown(checkpoint, name, hasPrefix);
    }
    Map<String, DType> dtypes = new HashMap<>();
    for (Map.Entry<String, Spec> tensor : expected.entrySet()) {
      String name = stored(tensor.getKey(), hasPrefix);
      Checkpoint.Info info = checkpoint.info(name);
      Shape shape = tensor.getValue().shape();
      if (!info.shape().equals(shape)) {
        throw new CheckpointException(
            info.file(),
            String.format(
                Locale.ROOT,
                "tensor '%s': expected %s as %s says, got %s",
                name,
                shape,
                ModelConfig.FILE,
                info.shape()));
      }
      checkType(name, info, tensor.getValue().together(), dtypes);
    }
    checkTiedHead(checkpoint);
    return dtypes.get(Spec.MATRICES);
  }

  /** A head that is tied may be stored a second time: the same numbers, so the same shape. */
  private void checkTiedHead(Checkpoint checkpoint) {
    String head = TensorNames.HEAD + WEIGHT;
    if (expected.containsKey(head) || !checkpoint.contains(head)) {
      return;
    }
    TensorNames names = config.family().names();
    Shape embedding = expected.get(names.prefix() + names.outer().embedding() + WEIGHT).shape();
    Checkpoint.Info info = checkpoint.info(head);
    if (!info.shape().equals(embedding)) {
      throw new CheckpointException(
          info.file(),
          String.format(
              Locale.ROOT,
              "tensor '%s': expected %s as the embedding it is tied to, got %s",
              head,
              embedding,
              info.shape()));
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
            ? String.format(
                Locale.ROOT,
                "quantised checkpoint (tensor '%s'): expected bf16, fp16 or fp32 weights",
                name)
            : String.format(
                Locale.ROOT,
                "unknown tensor '%s' %s %s for %s",
                name,
                info.shape(),
                info.type(),
                config.family().architecture()));
  }

  /** Adds the tensor's dtype to those known, by the word that its fellows share. */
  private static void checkType(
      String name, Checkpoint.Info info, String together, Map<String, DType> known) {
    List<DType> wanted = List.of(DType.F32, DType.BF16, DType.F16);
    String origin = "";
    if (known.containsKey(together)) {
      wanted = List.of(known.get(together));
      origin = " as the tensors before it";
    } else if (known.containsKey(Spec.MATRICES)) { // the first one: an embedding
      wanted = List.of(DType.F32, known.get(Spec.MATRICES));
    }
    for (DType dtype : wanted) {
      if (dtype.name().equals(info.type())) {
        known.put(together, dtype);
        return;
      }
    }
    String names = wanted.stream().distinct().map(DType::name).collect(Collectors.joining(" or "));
    throw new CheckpointException(
        info.file(),
        String.format(
            Locale.ROOT,
            "tensor '%s': expected dtype %s%s, got %s",
            name,
            names,
            origin,
            info.type()));
  }

  /** Walks a configuration and writes down its tensors. */
  private static final class Listing {
    private static final String HEAD_NORMS = "headNorms";
    private static final String BIASES = ".biases";

    private final ModelConfig config;
    private final TensorNames names;
    private final Map<String, Spec> tensors = new LinkedHashMap<>();

    Listing(ModelConfig config) {
      this.config = config;
      this.names = config.family().names();
    }

    Map<String, Spec> all() {
      ModelConfig.Sizes sizes = config.sizes();
      long hidden = sizes.hidden();
      String prefix = names.prefix();
      matrix(prefix + names.outer().embedding(), sizes.vocabulary(), hidden);
      if (names.outer().positions() != null) {
        matrix(prefix + names.outer().positions(), sizes.maxPositions(), hidden);
      }
      for (int i = 0; i < sizes.layers(); i++) {
        layer(names.layer(i));
      }
      norm(prefix + names.outer().finalNorm());
      if (!config.block().tiedEmbeddings()) {
        matrix(TensorNames.HEAD, sizes.vocabulary(), hidden);
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
        layer.headNorms().forEach(name -> vector(prefix + name + WEIGHT, dim, prefix + HEAD_NORMS));
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
        matrix(name, inputs, outputs);
      } else {
        matrix(name, outputs, inputs);
      }
      if (hasBias) {
        vector(name + BIAS, outputs, name.substring(0, name.lastIndexOf('.')) + BIASES);
      }
    }

    private void norm(String name) {
      vector(name + WEIGHT, config.sizes().hidden(), name);
      if (config.family().isGpt2Like()) {
        vector(name + BIAS, config.sizes().hidden(), name);
      }
    }

    private void matrix(String name, long rows, long columns) {
      tensors.put(name + WEIGHT, new Spec(Shape.of(rows, columns), Spec.MATRICES));
    }

    private void vector(String name, long length, String together) {
      tensors.put(name, new Spec(Shape.of(length), together));
    }
  }
}
