package dev.fovea.server.answer;

import dev.fovea.engine.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A generation that may be told things before its submission has returned: tokens, and a client's
 * leave, can come first. What came too early is passed on, in order.
 */
public final class GenerationHandle implements Generation {
  private final List<Consumer<Generation>> early = new ArrayList<>();
  private Generation generation;

  /** Passes on what has been asked meanwhile. */
  public synchronized void attach(Generation submitted) {
    generation = submitted;
    early.forEach(call -> call.accept(submitted));
    early.clear();
  }

  @Override
  public void cancel() {
    pass(Generation::cancel);
  }

  @Override
  public void stop() {
    pass(Generation::stop);
  }

  @Override
  public void pause() {
    pass(Generation::pause);
  }

  @Override
  public void resume() {
    pass(Generation::resume);
  }

  /** Under the lock, so that calls keep their order; a generation's methods do not block. */
  private synchronized void pass(Consumer<Generation> call) {
    if (generation == null) {
      early.add(call);
    } else {
      call.accept(generation);
    }
  }
}
