package dev.fovea.model;

import dev.fovea.kernel.AttentionBounds;
import dev.fovea.kernel.Kernels;
import dev.fovea.model.LoadProgress.Phase;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import dev.fovea.weights.Checkpoint;
import dev.fovea.weights.CheckpointException;
import dev.fovea.weights.Mapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Loads a Hugging Face directory for a backend. Everything is checked against the headers before a
 * weight is touched; what was opened is closed again if loading fails.
 */
public final class ModelLoader {
  /** Shares of the whole: mapping is nothing, turning GPT-2's matrices and zeroing pages is not. */
  private static final double CHECKED = 0.1;

  private static final double MAPPED = 0.7;

  private final Kernels kernels;
  private final Mapping mapping;
  private final boolean recordsDecodes;

  /**
   * Of models whose steps are recorded where the device computes beside its caller.
   *
   * @param mapping {@link Mapping#JAVA} for the reference kernels
   */
  public ModelLoader(Kernels kernels, Mapping mapping) {
    this(kernels, mapping, kernels.isAsynchronous());
  }

  /**
   * @param recordsDecodes whether steps that only generate are recorded once for each of a few
   *     sizes and then enqueued by one call, a batch padded to the next size
   */
  public ModelLoader(Kernels kernels, Mapping mapping, boolean recordsDecodes) {
    this.kernels = kernels;
    this.mapping = mapping;
    this.recordsDecodes = recordsDecodes;
  }

  /**
   * What {@link #load} would do with a directory; reads headers, and weights only where two may be
   * the same.
   *
   * @param wanted dtype to convert matrices to; empty: that of most of them
   * @throws CheckpointException if it cannot be served
   */
  public static Inspection inspect(Path directory, Optional<DType> wanted) {
    ModelConfig config = ModelConfig.read(directory);
    try (Checkpoint checkpoint = Checkpoint.open(directory, Mapping.JAVA)) {
      return inspection(directory, WeightPlan.of(config, checkpoint, wanted), checkpoint);
    }
  }

  /** {@link #inspect(Path, Optional)} of a checkpoint that is loaded as it is. */
  public static Inspection inspect(Path directory) {
    return inspect(directory, Optional.empty());
  }

  private static Inspection inspection(Path directory, WeightPlan plan, Checkpoint checkpoint) {
    GenerationConfig generation =
        GenerationConfig.read(directory, plan.config().sizes().vocabulary());
    List<String> warnings = new ArrayList<>(plan.warnings());
    warnings.addAll(plan.config().tokens().warnings());
    warnings.addAll(generation.warnings());
    Weights weights =
        new Weights(
            plan.dtype(),
            plan.elements(),
            plan.bytes(),
            plan.copiedBytes(),
            checkpoint.names().size());
    return new Inspection(plan.config(), generation, weights, plan.conversion(), warnings);
  }

  /**
   * @param conversion a line about weights that are converted, if any are
   * @param warnings lines about what is odd in the directory and does not keep it from being served
   */
  public record Inspection(
      ModelConfig config,
      GenerationConfig generation,
      Weights weights,
      Optional<String> conversion,
      List<String> warnings) {

    public Inspection {
      warnings = warnings.stream().map(CheckpointException::oneLine).toList();
    }
  }

  /**
   * Weights as the kernels get them.
   *
   * @param dtype of the matrices
   * @param parameters in elements
   * @param bytes of all, norms and biases that are wider than the matrices included
   * @param copiedBytes of those that a host cannot use where their files are mapped
   * @param numTensors in the checkpoint, leftovers included
   */
  public record Weights(
      DType dtype, long parameters, long bytes, long copiedBytes, int numTensors) {}

  /**
   * Loads a model; blocks until it can run.
   *
   * @param wanted dtype to convert matrices to; empty: that of most of them
   * @throws CheckpointException if the directory cannot be served
   * @throws IllegalArgumentException if the capacity does not fit the model or the memory
   */
  public LoadedModel load(
      Path directory, Optional<DType> wanted, Capacity capacity, LoadProgress progress) {
    List<AutoCloseable> opened = new ArrayList<>();
    try {
      progress.at(Phase.READING_CONFIG, 0);
      ModelConfig config = ModelConfig.read(directory);
      progress.at(Phase.CHECKING_WEIGHTS, 0);
      Checkpoint checkpoint = Checkpoint.open(directory, mapping);
      opened.add(checkpoint);
      return load(
          WeightPlan.of(config, checkpoint, wanted), checkpoint, capacity, progress, opened);
    } catch (RuntimeException | Error e) {
      Collections.reverse(opened);
      try {
        closeAll(opened);
      } catch (RuntimeException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  /** {@link #load(Path, Optional, Capacity, LoadProgress)} of a checkpoint as it is. */
  public LoadedModel load(Path directory, Capacity capacity, LoadProgress progress) {
    return load(directory, Optional.empty(), capacity, progress);
  }

  private LoadedModel load(
      WeightPlan plan,
      Checkpoint checkpoint,
      Capacity capacity,
      LoadProgress progress,
      List<AutoCloseable> opened) {
    ModelConfig config = plan.config();
    Inspection inspection = inspection(checkpoint.directory(), plan, checkpoint);
    DType dtype = supported(plan.dtype(), checkpoint.directory());
    MemoryPlan memory = MemoryPlan.of(inspection, capacity, kernels::scratchBytes);
    AttentionBounds bounds = MemoryPlan.bounds(config, dtype, capacity, memory.maxContext());
    opened.add(kernels.reserve(memory.totalBytes(), bounds));

    progress.at(Phase.MAPPING_WEIGHTS, CHECKED);
    double perLayer = (MAPPED - CHECKED) / config.sizes().layers();
    DecoderWeights weights =
        new WeightReader(plan, checkpoint, kernels)
            .read(done -> progress.at(Phase.MAPPING_WEIGHTS, CHECKED + perLayer * done));
    checkpoint.requireUntouched();
    if (kernels.copiesWeights()) {
      checkpoint.close();
    }

    progress.at(Phase.RESERVING_MEMORY, MAPPED);
    KvCache cache = new KvCache(config, dtype, memory.numPages(), kernels);
    opened.add(cache);
    Workspace workspace =
        new Workspace(config, dtype, capacity.maxTokens(), capacity.maxSequences(), kernels);
    opened.add(workspace);
    TensorView rotary =
        config.rope() == null ? null : placed(RotaryTable.host(config.rope(), memory.maxContext()));
    DecoderModel model = new DecoderModel(config, weights, kernels, cache, workspace, rotary);
    ModelRunner runner =
        new ModelRunner(model, kernels, limits(config, capacity, memory), recordsDecodes);
    Collections.reverse(opened);
    progress.at(Phase.LOADED, 1);
    return new LoadedModel(inspection, memory, runner, checkpoint.mappedFiles(), opened);
  }

  /** The table where the operations read it. */
  private TensorView placed(TensorView host) {
    if (kernels.memory().isEmpty()) {
      return host;
    }
    Buffer buffer = kernels.allocate(host.byteSize());
    TensorView device = new TensorView(buffer, 0, host.dtype(), host.shape());
    kernels.copy(host, device);
    kernels.synchronize();
    return device;
  }

  private static StepRunner.Limits limits(
      ModelConfig config, Capacity capacity, MemoryPlan memory) {
    return new StepRunner.Limits(
        capacity.maxTokens(),
        capacity.maxSequences(),
        memory.maxContext(),
        memory.numPages(),
        config.sizes().vocabulary());
  }

  private DType supported(DType dtype, Path directory) {
    if (!kernels.supports(dtype)) {
      throw new CheckpointException(
          directory,
          String.format(
              Locale.ROOT,
              "weights are %s: the %s backend does not compute them",
              dtype,
              kernels.info().backend()));
    }
    return dtype;
  }

  static void closeAll(List<AutoCloseable> resources) {
    RuntimeException failure = null;
    for (AutoCloseable resource : resources) {
      try {
        resource.close();
      } catch (Exception e) {
        failure =
            failure == null ? new IllegalStateException("closing a model failed", e) : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
