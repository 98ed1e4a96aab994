package dev.fovea.server;

import dev.fovea.engine.Engine;
import dev.fovea.engine.EngineConfig;
import dev.fovea.engine.EngineObserver;
import dev.fovea.engine.NanoClock;
import dev.fovea.kernel.KernelException;
import dev.fovea.model.Capacity;
import dev.fovea.model.LoadProgress;
import dev.fovea.model.LoadedModel;
import dev.fovea.model.ModelLoader;
import dev.fovea.text.ChatTemplateException;
import dev.fovea.text.TokenizerException;
import dev.fovea.weights.CheckpointException;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** Loads a Hugging Face checkpoint directory. */
@Singleton
public final class CheckpointSource implements ModelSource {
  private static final Logger LOG = Logger.getLogger(CheckpointSource.class);

  @Override
  public ServedModel load(FoveaConfig config, EngineObserver observer, Progress progress) {
    return explain(() -> open(ModelDirectory.of(config), config, observer, progress));
  }

  /**
   * Looks at what loading looks at first, headers alone, so that a wrong directory is told of
   * within a moment. Nothing is looked at where no directory was named.
   *
   * @throws ModelLoadException with one line that says what is wrong
   */
  public static void check(FoveaConfig config) {
    if (config.model().isPresent()) {
      explain(() -> MemoryBudget.of(config, ModelLoader.inspect(ModelDirectory.of(config))));
    }
  }

  private static <T> T explain(Supplier<T> step) {
    try {
      return step.get();
    } catch (CheckpointException
        | TokenizerException
        | ChatTemplateException
        | KernelException
        | IllegalArgumentException e) {
      throw new ModelLoadException(e.getMessage(), e);
    }
  }

  private static ServedModel open(
      Path directory, FoveaConfig config, EngineObserver observer, Progress progress) {
    ModelLoader.Inspection inspection = ModelLoader.inspect(directory);
    ModelText text = ModelText.load(directory);
    Backend backend = Backend.open(config);
    Capacity capacity = MemoryBudget.of(config, inspection, backend.kernels().memory());
    boolean recordsDecodes = backend.kernels().isAsynchronous() && config.gpu().recordDecodes();
    LoadedModel loaded =
        new ModelLoader(backend.kernels(), backend.mapping(), recordsDecodes)
            .load(directory, capacity, (phase, done) -> progress.report(describe(phase), done));
    LOG.info(loaded.memory().describe());
    GenerationDefaults defaults =
        GenerationDefaults.of(loaded.generation(), loaded.config(), text.eosId());
    Engine engine = Engine.start(loaded.runner(), engineConfig(config), NanoClock.SYSTEM, observer);
    ServedModel.Facts facts =
        new ServedModel.Facts(
            names(config, directory),
            directory,
            Instant.now().getEpochSecond(),
            engine.maxContext(),
            loaded.config().sizes().vocabulary(),
            backend.kernels().info());
    AutoCloseable device =
        () -> {
          loaded.close();
          backend.kernels().close();
        };
    return new ServedModel(facts, defaults, text, engine, device);
  }

  private static EngineConfig engineConfig(FoveaConfig config) {
    int chunk = config.prefillChunk();
    return new EngineConfig(
        chunk + config.maxSequences(),
        chunk,
        config.maxSequences(),
        new EngineConfig.Queue(config.limits().maxWaiting(), config.limits().maxWaitingTokens()));
  }

  private static List<String> names(FoveaConfig config, Path directory) {
    return config
        .servedModelName()
        .filter(names -> !names.isEmpty())
        .orElseGet(() -> List.of(directory.toAbsolutePath().normalize().getFileName().toString()));
  }

  private static String describe(LoadProgress.Phase phase) {
    return switch (phase) {
      case READING_CONFIG -> "reading the configuration";
      case CHECKING_WEIGHTS -> "checking the weights";
      case MAPPING_WEIGHTS -> "mapping the weights";
      case RESERVING_MEMORY -> "reserving memory";
      case LOADED -> "loaded";
    };
  }
}
