package dev.fovea.model;

import dev.fovea.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a configuration needs, by the full name and the shape that a checkpoint stores.
 *
 * @param expected by full name, with the family's usual prefix
 */
record TensorPlan(ModelConfig config, Map<String, Spec> expected) {
  static final String WEIGHT = ".weight";
  static final String BIAS = ".bias";

  /**
   * @param together tensors with the same word share a dtype: all matrices, and vectors that one
   *     kernel reads at once
   * @param isTurned whether the kernels want it the other way round
   */
  record Spec(Shape shape, String together, boolean isTurned) {
    private static final String MATRICES = "matrices";

    boolean isMatrix() {
      return together.equals(MATRICES);
    }
  }

  /** Lists the tensors of a configuration. */
  static TensorPlan of(ModelConfig config) {
    return new TensorPlan(config, new Listing(config).all());
  }

  /** Weights of the model in elements. */
  long elements() {
    return expected.values().stream()
        .mapToLong(spec -> spec.shape().elements())
        .reduce(0, Math::addExact);
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
      matrix(names.embeddingWeight(), sizes.vocabulary(), hidden);
      if (names.outer().positions() != null) {
        matrix(prefix + names.outer().positions() + WEIGHT, sizes.maxPositions(), hidden);
      }
      for (int i = 0; i < sizes.layers(); i++) {
        layer(names.layer(i));
      }
      norm(prefix + names.outer().finalNorm());
      if (!config.block().tiedEmbeddings()) {
        matrix(TensorNames.HEAD_WEIGHT, sizes.vocabulary(), hidden);
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
        tensors.put(name + WEIGHT, new Spec(Shape.of(inputs, outputs), Spec.MATRICES, true));
      } else {
        matrix(name + WEIGHT, outputs, inputs);
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
      tensors.put(name, new Spec(Shape.of(rows, columns), Spec.MATRICES, false));
    }

    private void vector(String name, long length, String together) {
      tensors.put(name, new Spec(Shape.of(length), together, false));
    }
  }
}
