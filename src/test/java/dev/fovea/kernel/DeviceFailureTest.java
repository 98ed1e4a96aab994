package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.Engine;
import dev.fovea.engine.EngineConfig;
import dev.fovea.engine.EngineObserver;
import dev.fovea.engine.GenerationListener;
import dev.fovea.engine.GenerationRequest;
import dev.fovea.engine.NanoClock;
import dev.fovea.engine.RequestTrace;
import dev.fovea.engine.StopRules;
import dev.fovea.model.Capacity;
import dev.fovea.model.LoadProgress;
import dev.fovea.model.LoadedModel;
import dev.fovea.model.ModelLoader;
import dev.fovea.model.SamplingParams;
import dev.fovea.weights.Mapping;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A device assertion under a running engine: every request ends once, with an error, and the
 * engine's owner hears of its death. To be run in a process of its own, which has no device
 * afterwards.
 */
@Tag("gpu")
class DeviceFailureTest {
  private static final Path MODEL = Path.of("src/main/models/fovea-mini");

  @Test
  void allRequestsFailAndTheEngineDies() throws Exception {
    CudaKernels kernels = CudaKernels.open(0);
    LoadedModel model =
        new ModelLoader(kernels, Mapping.NATIVE)
            .load(MODEL, new Capacity(64, 4, 4096, 1L << 28), LoadProgress.SILENT);
    CompletableFuture<Throwable> death = new CompletableFuture<>();
    Engine engine =
        Engine.start(
            model.runner(),
            new EngineConfig(64, 32, 4, new EngineConfig.Queue(16, 10_000)),
            NanoClock.SYSTEM,
            new Watcher(death));
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 6; i++) { // more than run at a time: some wait
      Client client = new Client();
      clients.add(client);
      engine.submit(
          new GenerationRequest(
              new int[] {5, 6, 7}, SamplingParams.GREEDY, new StopRules(4000, 4000, new int[0])),
          client);
    }
    assertThat(clients.get(0).running.await(20, TimeUnit.SECONDS)).isTrue();
    kernels.failDevice();
    assertThat(death.get(20, TimeUnit.SECONDS)).isInstanceOf(KernelException.class);
    for (Client client : clients) {
      assertThat(client.end.get(20, TimeUnit.SECONDS))
          .isInstanceOf(GenerationListener.Ending.Failed.class);
    }
  }

  private record Watcher(CompletableFuture<Throwable> death) implements EngineObserver {
    @Override
    public void onEnd(GenerationListener.Ending ending, RequestTrace trace) {}

    @Override
    public void onDeath(Throwable cause) {
      death.complete(cause);
    }
  }

  private static final class Client implements GenerationListener {
    final CountDownLatch running = new CountDownLatch(20);
    final CompletableFuture<Ending> end = new CompletableFuture<>();

    @Override
    public void onTokens(int[] ids) {
      for (int id : ids) {
        running.countDown();
      }
    }

    @Override
    public void onEnd(Ending ending) {
      assertThat(end.complete(ending)).isTrue();
    }
  }
}
