package dev.fovea.model;

import dev.fovea.model.TensorPlan.Spec;
import dev.fovea.tensor.DType;
import dev.fovea.weights.Checkpoint;
import dev.fovea.weights.CheckpointException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Where each weight of a model comes from in a checkpoint, and what has to be done to it.
 *
 * @param config as the checkpoint bears it out: whether the output matrix is the embedding
 * @param dtype of all matrices; vectors (norms, biases) have it or are F32
 * @param sources by the full name of the plan
 * @param warnings lines about what is odd and does not keep it from being served
 */
record WeightPlan(
    ModelConfig config, DType dtype, Map<String, Source> sources, List<String> warnings) {

  /**
   * @param stored name in the checkpoint
   * @param dtype that the kernels get it in
   */
  record Source(String stored, DType dtype, Spec spec, Checkpoint.Info info) {

    long bytes() {
      return spec.shape().elements() * dtype.bytes();
    }

    boolean isConverted() {
      return !info.dtype().equals(Optional.of(dtype));
    }

    /** Whether it takes memory of its own, and is not used where its file is mapped. */
    boolean isCopied() {
      return isConverted() || spec.isTurned() || !info.isAligned();
    }
  }

  /**
   * Holds the headers of a checkpoint against a configuration. Weights are read only where a bias
   * that the model lacks may be zero, and where a head may be the embedding it is tied to.
   *
   * @param wanted dtype of the matrices; empty: that of most of them
   * @throws CheckpointException for missing tensors, wrong shapes, and tensors of which the model
   *     does not know how they change its result
   */
  static WeightPlan of(ModelConfig config, Checkpoint checkpoint, Optional<DType> wanted) {
    StoredNames names = StoredNames.of(config.family().names(), checkpoint);
    List<String> warnings = new ArrayList<>();
    checkpoint.warning().ifPresent(warnings::add);
    new UnusedTensors(config, checkpoint, names).warning().ifPresent(warnings::add);
    TiedHead head = TiedHead.of(config, checkpoint, names);
    head.warning().ifPresent(warnings::add);
    TensorPlan plan = TensorPlan.of(head.config());
    Map<String, Checkpoint.Info> infos = new LinkedHashMap<>();
    plan.expected()
        .forEach(
            (name, spec) ->
                infos.put(name, checked(checkpoint, head.stored(names.stored(name)), spec)));
    DType dtype = wanted.orElseGet(() -> ofMost(plan, infos));
    Map<String, DType> vectors = vectorTypes(plan, infos, dtype);
    Map<String, Source> sources = new LinkedHashMap<>();
    plan.expected()
        .forEach(
            (name, spec) ->
                sources.put(
                    name,
                    new Source(
                        head.stored(names.stored(name)),
                        spec.isMatrix() ? dtype : vectors.get(spec.together()),
                        spec,
                        infos.get(name))));
    return new WeightPlan(head.config(), dtype, sources, warnings);
  }

  private static Checkpoint.Info checked(Checkpoint checkpoint, String stored, Spec spec) {
    Checkpoint.Info info = checkpoint.info(stored);
    if (!info.shape().equals(spec.shape())) {
      throw new CheckpointException(
          info.file(),
          String.format(
              Locale.ROOT,
              "tensor '%s': expected %s as %s says, got %s",
              stored,
              spec.shape(),
              ModelConfig.FILE,
              info.shape()));
    }
    if (!info.isFloating()) {
      throw new CheckpointException(
          info.file(),
          String.format(
              Locale.ROOT,
              "tensor '%s': expected dtype F32, BF16 or F16, got %s",
              stored,
              info.type()));
    }
    return info;
  }

  /** The dtype that most elements of the matrices have; the widest of two that have as many. */
  private static DType ofMost(TensorPlan plan, Map<String, Checkpoint.Info> infos) {
    Map<DType, Long> elements = new HashMap<>();
    plan.expected()
        .forEach(
            (name, spec) -> {
              if (spec.isMatrix()) {
                DType dtype = infos.get(name).dtype().orElse(DType.F32);
                elements.merge(dtype, spec.shape().elements(), Long::sum);
              }
            });
    DType most = DType.F32;
    for (DType dtype : List.of(DType.BF16, DType.F16)) {
      if (elements.getOrDefault(dtype, 0L) > elements.getOrDefault(most, 0L)) {
        most = dtype;
      }
    }
    return most;
  }

  /**
   * Vectors keep all their bits: they stay as they are where the kernels can read them so beside
   * the matrices, and become F32 elsewhere.
   */
  private static Map<String, DType> vectorTypes(
      TensorPlan plan, Map<String, Checkpoint.Info> infos, DType matrices) {
    Map<String, DType> types = new HashMap<>();
    plan.expected()
        .forEach(
            (name, spec) -> {
              DType dtype = infos.get(name).dtype().orElse(DType.F32);
              types.merge(
                  spec.together(),
                  dtype == matrices ? dtype : DType.F32,
                  (one, other) -> one == other ? one : DType.F32);
            });
    return types;
  }

  /** Elements of all weights. */
  long elements() {
    return sources.values().stream()
        .mapToLong(source -> source.spec().shape().elements())
        .reduce(0, Math::addExact);
  }

  /** Bytes of all weights as the kernels get them. */
  long bytes() {
    return sources.values().stream().mapToLong(Source::bytes).reduce(0, Math::addExact);
  }

  /** Bytes of those that are not used where their files are mapped. */
  long copiedBytes() {
    return sources.values().stream()
        .filter(Source::isCopied)
        .mapToLong(Source::bytes)
        .reduce(0, Math::addExact);
  }

  /** A line about the weights that are converted, if any are. */
  Optional<String> conversion() {
    List<Source> converted = sources.values().stream().filter(Source::isConverted).toList();
    if (converted.isEmpty()) {
      return Optional.empty();
    }
    long bytes = converted.stream().mapToLong(Source::bytes).sum();
    return Optional.of(
        String.format(
            Locale.ROOT,
            "%d of %d tensors are converted at load, %s, into %.1f MB of memory",
            converted.size(),
            sources.size(),
            directions(converted),
            bytes * 1e-6));
  }

  private static String directions(List<Source> converted) {
    return String.join(
        ", ",
        converted.stream()
            .map(source -> source.info().type() + " to " + source.dtype())
            .distinct()
            .sorted()
            .toList());
  }
}
