package dev.fovea.server;

import dev.fovea.engine.Engine;
import dev.fovea.engine.EngineConfig;
import dev.fovea.engine.EngineObserver;
import dev.fovea.engine.NanoClock;
import dev.fovea.kernel.KernelsInfo;
import dev.fovea.model.StepRunner;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Serves the parrot, unless a test's profile names a model. */
@Alternative
@Priority(1)
@Singleton
public final class TestModelSource implements ModelSource {
  public static final String ID = "test/parrot";
  public static final int VOCABULARY = 512;
  public static final int MAX_CONTEXT = 512;
  public static final int MAX_SEQUENCES = 4;

  /** A tokenizer whose tokens are bytes, so that characters split between tokens. */
  public static final String BYTES = "src/test/resources/server/bytes";

  private final CheckpointSource checkpoints;
  private final Path directory;
  private final Size size;
  private final CountDownLatch hold;

  /**
   * How much the parrot takes on.
   *
   * @param sequences that run at a time
   * @param waiting requests at most
   * @param stepMillis each step takes
   */
  private record Size(int sequences, int waiting, int stepMillis) {}

  @Inject
  public TestModelSource(
      CheckpointSource checkpoints,
      @ConfigProperty(name = "test.hold-loading", defaultValue = "false") boolean isHeld,
      @ConfigProperty(name = "test.tokenizer", defaultValue = BYTES) Path directory,
      @ConfigProperty(name = "test.sequences", defaultValue = "" + MAX_SEQUENCES) int sequences,
      @ConfigProperty(name = "test.waiting", defaultValue = "8") int waiting,
      @ConfigProperty(name = "test.step-millis", defaultValue = "0") int stepMillis) {
    this.checkpoints = checkpoints;
    this.directory = directory;
    size = new Size(sequences, waiting, stepMillis);
    hold = new CountDownLatch(isHeld ? 1 : 0);
  }

  /** Ends the loading where the profile holds it. */
  public void letGo() {
    hold.countDown();
  }

  @Override
  public ServedModel load(FoveaConfig config, EngineObserver observer, Progress progress) {
    if (config.model().isPresent()) {
      return checkpoints.load(config, observer, progress);
    }
    int stepTokens = 252 + size.sequences();
    StepRunner.Limits limits =
        new StepRunner.Limits(
            stepTokens, size.sequences(), MAX_CONTEXT, 16 * size.sequences(), VOCABULARY);
    ParrotRunner runner = new ParrotRunner(limits, size.stepMillis());
    progress.report("half of it", 0.5);
    await();
    EngineConfig engineConfig =
        new EngineConfig(
            stepTokens, 128, size.sequences(), new EngineConfig.Queue(size.waiting(), 1_000_000));
    return new ServedModel(
        new ServedModel.Facts(
            config.servedModelName().orElse(List.of(ID, "parrot")),
            directory,
            0,
            MAX_CONTEXT,
            VOCABULARY,
            new KernelsInfo("test", "none", "none", 1, "none")),
        new GenerationDefaults(
            GenerationDefaults.Sampling.NONE, null, new int[] {ParrotRunner.END}),
        ModelText.load(directory),
        Engine.start(runner, engineConfig, NanoClock.SYSTEM, observer),
        List.of(),
        () -> {});
  }

  private void await() {
    try {
      hold.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
