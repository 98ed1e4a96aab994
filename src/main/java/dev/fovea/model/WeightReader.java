package dev.fovea.model;

import dev.fovea.kernel.HeadLayout;
import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.Norm;
import dev.fovea.kernel.Weight;
import dev.fovea.model.DecoderWeights.FeedForward;
import dev.fovea.model.DecoderWeights.HeadNorms;
import dev.fovea.model.DecoderWeights.Layer;
import dev.fovea.model.DecoderWeights.Projection;
import dev.fovea.tensor.TensorView;
import dev.fovea.weights.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/** Turns the tensors of a checked checkpoint into {@link DecoderWeights}. */
final class WeightReader {
  private final WeightPlan plan;
  private final ModelConfig config;
  private final TensorNames names;
  private final Checkpoint checkpoint;
  private final Kernels kernels;

  /**
   * @param plan made of this checkpoint
   */
  WeightReader(WeightPlan plan, Checkpoint checkpoint, Kernels kernels) {
    this.plan = plan;
    this.config = plan.config();
    this.names = config.family().names();
    this.checkpoint = checkpoint;
    this.kernels = kernels;
  }

  /**
   * @param layerDone told after each layer how many are done
   */
  DecoderWeights read(IntConsumer layerDone) {
    String prefix = names.prefix();
    TensorNames.Outer outer = names.outer();
    Weight embedding = weight(names.embeddingWeight());
    Weight positions =
        outer.positions() == null ? null : weight(prefix + outer.positions() + TensorPlan.WEIGHT);
    List<Layer> layers = new ArrayList<>();
    for (int i = 0; i < config.sizes().layers(); i++) {
      layers.add(layer(names.layer(i)));
      freeCopies();
      layerDone.accept(i + 1);
    }
    Norm finalNorm = norm(prefix + outer.finalNorm(), config.family().isGpt2Like());
    Weight head = config.block().tiedEmbeddings() ? embedding : weight(TensorNames.HEAD_WEIGHT);
    return new DecoderWeights(embedding, positions, layers, finalNorm, head);
  }

  private Layer layer(String prefix) {
    TensorNames.Layer layer = names.layer();
    boolean hasBeta = config.family().isGpt2Like();
    boolean hasFeedForwardBias = config.block().hasFeedForwardBias();
    return new Layer(
        norm(prefix + layer.inputNorm(), hasBeta),
        qkv(prefix),
        headNorms(prefix),
        projection(prefix, List.of(layer.attentionOutput()), config.attention().hasOutputBias()),
        norm(prefix + layer.feedForwardNorm(), hasBeta),
        new FeedForward(
            projection(prefix, layer.up(), hasFeedForwardBias),
            projection(prefix, List.of(layer.down()), hasFeedForwardBias)));
  }

  private Projection qkv(String prefix) {
    boolean hasBias = config.attention().hasInputBias();
    HeadLayout heads = config.attention().heads();
    if (config.family() != Family.GPT_BIGCODE || heads.kv() == 1) {
      return projection(prefix, names.layer().qkv(), hasBias);
    }
    String name = prefix + names.layer().qkv().get(0);
    return new Projection(
        kernels.prepare(regrouped(tensor(name + TensorPlan.WEIGHT), heads)),
        kernels.prepare(regrouped(tensor(name + TensorPlan.BIAS), heads)));
  }

  /**
   * GPTBigCode without multi-query stores q, k, v of head 0, then of head 1 ...; rows are borrowed
   * in the order all q, all k, all v.
   */
  private static List<TensorView> regrouped(TensorView fused, HeadLayout heads) {
    List<TensorView> segments = new ArrayList<>();
    for (int part = 0; part < 3; part++) {
      for (int head = 0; head < heads.query(); head++) {
        segments.add(fused.rows((3L * head + part) * heads.dim(), heads.dim()));
      }
    }
    return segments;
  }

  private HeadNorms headNorms(String prefix) {
    if (!config.family().hasHeadNorm()) {
      return HeadNorms.NONE;
    }
    List<String> pair = names.layer().headNorms();
    return new HeadNorms(norm(prefix + pair.get(0), false), norm(prefix + pair.get(1), false));
  }

  private Projection projection(String prefix, List<String> parts, boolean hasBias) {
    Weight weight =
        kernels.prepare(
            parts.stream().map(name -> tensor(prefix + name + TensorPlan.WEIGHT)).toList());
    Stream<TensorView> biases =
        hasBias
            ? parts.stream().map(name -> tensor(prefix + name + TensorPlan.BIAS))
            : Stream.empty();
    return new Projection(weight, hasBias ? kernels.prepare(biases.toList()) : null);
  }

  private Norm norm(String name, boolean hasBeta) {
    return new Norm(
        weight(name + TensorPlan.WEIGHT),
        hasBeta ? weight(name + TensorPlan.BIAS) : null,
        config.block().normEpsilon());
  }

  private Weight weight(String name) {
    return kernels.prepare(List.of(tensor(name)));
  }

  private TensorView tensor(String name) {
    WeightPlan.Source source = plan.sources().get(name);
    return source.spec().isTurned()
        ? checkpoint.turned(source.stored(), source.dtype())
        : checkpoint.tensor(source.stored(), source.dtype());
  }

  /** A device has its own copies of them by then. */
  private void freeCopies() {
    if (kernels.copiesWeights()) {
      checkpoint.closeCopies();
    }
  }
}
