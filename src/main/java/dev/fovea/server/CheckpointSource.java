package dev.fovea.server;

import dev.fovea.engine.Engine;
import dev.fovea.engine.EngineConfig;
import dev.fovea.engine.EngineObserver;
import dev.fovea.engine.NanoClock;
import dev.fovea.kernel.KernelException;
import dev.fovea.kernel.Kernels;
import dev.fovea.model.LoadProgress;
import dev.fovea.model.LoadedModel;
import dev.fovea.model.ModelLoader;
import dev.fovea.text.ChatTemplate;
import dev.fovea.text.ChatTemplateException;
import dev.fovea.text.Tokenizer;
import dev.fovea.text.TokenizerException;
import dev.fovea.weights.CheckpointException;
import io.quarkus.runtime.configuration.MemorySize;
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
   * within a moment: settings, configuration, weights, and whether there is a tokenizer. Nothing is
   * looked at where neither a directory nor a chat template was named.
   *
   * @throws ModelLoadException with one line that says what is wrong
   */
  public static void check(FoveaConfig config) {
    if (config.model().isPresent() || config.chatTemplate().isPresent()) {
      explain(
          () -> {
            Path directory = ModelDirectory.of(config);
            MemoryBudget.check(config, ModelLoader.inspect(directory, config.dtype().wanted()));
            config.chatTemplate().ifPresent(file -> ChatTemplate.read(Path.of(file), directory));
            return Tokenizer.require(directory);
          });
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
    ModelLoader.Inspection inspection = ModelLoader.inspect(directory, config.dtype().wanted());
    inspection.warnings().forEach(progress::notice);
    inspection.conversion().ifPresent(progress::notice);
    ModelText text = ModelText.load(directory, config.chatTemplate().map(Path::of), budget(config));
    text.chatTemplateTrouble()
        .ifPresent(trouble -> progress.notice(trouble + "; /v1/chat/completions refuses requests"));
    Resources device = new Resources();
    try {
      Backend backend = Backend.open(config);
      Kernels kernels = device.add(backend.kernels());
      MemoryBudget budget = MemoryBudget.of(config, inspection, MemoryBudget.Owner.of(kernels));
      LOG.info(new MemoryReport(budget, inspection).text());
      boolean recordsDecodes = kernels.isAsynchronous() && config.gpu().recordDecodes();
      LoadedModel loaded =
          device.add(
              new ModelLoader(kernels, backend.mapping(), recordsDecodes)
                  .load(
                      directory,
                      config.dtype().wanted(),
                      budget.capacity(),
                      (phase, done) -> progress.report(describe(phase), done)));
      GenerationDefaults defaults =
          GenerationDefaults.of(loaded.inspection().generation(), loaded.config(), text.eosId());
      EngineConfig engineConfig =
          StepSettings.of(config, kernels.memory().isPresent()).engineConfig(config);
      warnBeyond(text, loaded.config().sizes().vocabulary());
      Engine engine = Engine.start(loaded.runner(), engineConfig, NanoClock.SYSTEM, observer);
      ServedModel.Facts facts =
          new ServedModel.Facts(
              names(config, directory),
              directory,
              Instant.now().getEpochSecond(),
              engine.maxContext(),
              loaded.config().sizes().vocabulary(),
              kernels.info(loaded.dtype()));
      return new ServedModel(facts, defaults, text, engine, loaded.mapped(), device);
    } catch (RuntimeException | Error e) {
      device.closeAfter(e);
      text.close();
      throw e;
    }
  }

  private static TextBudget budget(FoveaConfig config) {
    long bytes =
        config.limits().maxText().map(MemorySize::asLongValue).orElseGet(TextBudget::heapBytes);
    return new TextBudget(bytes, new NativeHeap()::trimSoon);
  }

  private static void warnBeyond(ModelText text, int vocabulary) {
    int first = vocabulary;
    while (first < text.vocabularySize() && text.tokenText(first).isEmpty()) {
      first++;
    }
    if (first < text.vocabularySize()) {
      LOG.warnf(
          "The tokenizer has tokens beyond the model's vocabulary of %s, such as '%s' (%s):"
              + " prompts with one are refused",
          vocabulary, text.tokenText(first).get(), first);
    }
  }

  private static List<String> names(FoveaConfig config, Path directory) {
    return config
        .servedModelName()
        .filter(names -> !names.isEmpty())
        .orElseGet(() -> List.of(ModelDirectory.id(directory)));
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
