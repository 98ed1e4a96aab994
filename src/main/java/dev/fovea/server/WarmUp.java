package dev.fovea.server;

import dev.fovea.engine.GenerationListener;
import dev.fovea.engine.GenerationRequest;
import dev.fovea.engine.StopRules;
import dev.fovea.model.SamplingParams;
import java.util.concurrent.CompletableFuture;

/** A first token through the whole engine: only a model that has given one is ready. */
final class WarmUp {
  private WarmUp() {}

  /**
   * Blocks until the token is there.
   *
   * @throws ModelLoadException if it does not come
   */
  static void run(ServedModel model) {
    CompletableFuture<GenerationListener.Ending> end = new CompletableFuture<>();
    GenerationRequest request =
        new GenerationRequest(
            new int[] {0}, SamplingParams.GREEDY, new StopRules(1, 0, new int[0]));
    model.engine().submit(request, new FirstToken(end));
    GenerationListener.Ending ending = end.join();
    if (ending instanceof GenerationListener.Ending.Failed failed) {
      throw new ModelLoadException("the first token failed: " + failed.message(), failed.cause());
    }
  }

  private record FirstToken(CompletableFuture<GenerationListener.Ending> end)
      implements GenerationListener {
    @Override
    public void onTokens(int[] ids) {}

    @Override
    public void onEnd(Ending ending) {
      end.complete(ending);
    }
  }
}
