package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.binding.NativeLibrary;
import dev.fovea.kernel.CpuKernels;
import dev.fovea.kernel.Isa;
import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.ReferenceKernels;
import dev.fovea.model.Capacity;
import dev.fovea.model.LoadProgress;
import dev.fovea.model.LoadedModel;
import dev.fovea.model.ModelLoader;
import dev.fovea.weights.Mapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The engine over the shipped model on this machine's CPU: what the fake device shows, for real.
 */
class ShippedModelEngineTest {
  private static final System.Logger LOG = System.getLogger(ShippedModelEngineTest.class.getName());
  private static final Path MODEL = Path.of("src/main/models/fovea-mini");
  private static final int SEQUENCES = 16;

  /** Of a pool that the sequences at a time find dry now and then. */
  private static final int NUM_PAGES = 28;

  private static final EngineConfig CONFIG =
      new EngineConfig(256 + SEQUENCES, 256, SEQUENCES, new EngineConfig.Queue(64, 1_000_000));

  /** An engine on a model of its own, its pool cut down to so many pages. */
  private static final class Session implements AutoCloseable {
    private final Kernels kernels;
    private final LoadedModel model;
    private final Scheduler scheduler;
    private final Engine engine;

    Session(int numPages) {
      boolean isNative = NativeLibrary.cpuFailure().isEmpty();
      kernels = isNative ? CpuKernels.open(2, Isa.AUTO) : new ReferenceKernels();
      model =
          new ModelLoader(kernels, isNative ? Mapping.NATIVE : Mapping.JAVA)
              .load(
                  MODEL,
                  new Capacity(CONFIG.stepTokens(), SEQUENCES, 1024, 200L << 20),
                  LoadProgress.SILENT);
      scheduler = new Scheduler(CONFIG, new PagePool(numPages, true));
      engine =
          Engine.start(model.runner(), scheduler, CONFIG, NanoClock.SYSTEM, EngineObserver.NONE);
    }

    int vocabulary() {
      return model.config().sizes().vocabulary();
    }

    @Override
    public void close() {
      engine.close();
      model.close();
      kernels.close();
    }
  }

  @Test
  void preemptionsChangeNoToken() throws Exception {
    preemptAndCompare(30, 4);
  }

  @Test
  @Tag("battery")
  void aHundredPreemptionsChangeNoToken() throws Exception {
    preemptAndCompare(800, 100);
  }

  private void preemptAndCompare(int numRequests, int leastPreemptions) throws Exception {
    List<String> expected;
    try (Session roomy = new Session(256)) {
      expected = outputs(roomy, numRequests);
      assertThat(roomy.engine.status().totals().preemptions()).isZero();
    }
    // Little more than one sequence of full length, where sixteen would run.
    try (Session narrow = new Session(9)) {
      assertThat(outputs(narrow, numRequests)).isEqualTo(expected);
      long preemptions = narrow.engine.status().totals().preemptions();
      LOG.log(System.Logger.Level.INFO, "{0} requests, {1} preemptions", numRequests, preemptions);
      assertThat(preemptions).isGreaterThanOrEqualTo(leastPreemptions);
    }
  }

  /** Of greedy and seeded ones, penalized or not. */
  private static List<String> outputs(Session session, int numRequests) throws Exception {
    RandomRequests requests = new RandomRequests(new Random(11), session.vocabulary(), 150, 250);
    Semaphore places = new Semaphore(64);
    List<Recorder> recorders = new ArrayList<>();
    for (int i = 0; i < numRequests; i++) {
      Recorder recorder = new Recorder();
      recorders.add(recorder);
      places.acquire();
      session.engine.submit(
          requests.next(),
          new GenerationListener() {
            @Override
            public void onTokens(int[] ids) {
              recorder.onTokens(ids);
            }

            @Override
            public void onEnd(Ending ending) {
              places.release();
              recorder.onEnd(ending);
            }
          });
    }
    List<String> outputs = new ArrayList<>();
    for (Recorder recorder : recorders) {
      assertThat(recorder.await()).isInstanceOf(GenerationListener.Ending.Finished.class);
      outputs.add(Arrays.toString(recorder.ids()));
    }
    return outputs;
  }

  @Test
  void cutRequestsLeaveNothingBehind() throws Exception {
    cut(300);
  }

  @Test
  @Tag("battery")
  void fiveThousandCutRequestsLeaveNothingBehind() throws Exception {
    cut(5000);
  }

  private void cut(int numRequests) throws Exception {
    try (Session session = new Session(NUM_PAGES)) {
      Random random = new Random(5);
      RandomRequests requests = new RandomRequests(random, session.vocabulary(), 200, 200);
      Semaphore places = new Semaphore(48);
      AtomicInteger delivered = new AtomicInteger();
      for (int i = 0; i < numRequests; i++) {
        places.acquire();
        RandomCut listener = new RandomCut(random.nextInt(40), delivered, places);
        Generation generation = session.engine.submit(requests.nextAlike(), listener);
        listener.generation = generation;
        if (random.nextInt(4) == 0) {
          generation.cancel();
        }
      }
      assertThat(places.tryAcquire(48, 60, TimeUnit.SECONDS)).as("all have ended").isTrue();
      EngineStatus status = session.engine.status();
      assertThat(status.totals().outputTokens()).isEqualTo(delivered.get());
      long steps = status.totals().steps();
      Thread.sleep(200);
      assertThat(session.engine.status().totals().steps() - steps).isLessThanOrEqualTo(1);
      assertThat(session.engine.status().load().running()).isZero();
      LOG.log(
          System.Logger.Level.INFO,
          "{0} requests cut, {1} tokens, {2} preemptions, {3} pages cached",
          numRequests,
          delivered.get(),
          status.totals().preemptions(),
          session.engine.status().load().cachedPages());
      session.engine.close();
      session.scheduler.checkIntegrity();
      assertThat(session.scheduler.pool().numFree()).isEqualTo(NUM_PAGES);
    }
  }

  /** Cuts its own request after so many tokens. */
  private static final class RandomCut implements GenerationListener {
    private final int patience;
    private final AtomicInteger delivered;
    private final Semaphore places;
    private volatile Generation generation;
    private int numTokens;

    RandomCut(int patience, AtomicInteger delivered, Semaphore places) {
      this.patience = patience;
      this.delivered = delivered;
      this.places = places;
    }

    @Override
    public void onTokens(int[] ids) {
      numTokens += ids.length;
      delivered.addAndGet(ids.length);
      if (numTokens >= patience && generation != null) {
        generation.cancel();
      }
    }

    @Override
    public void onEnd(Ending ending) {
      places.release();
    }
  }
}
