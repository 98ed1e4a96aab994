package dev.fovea.server.answer;

import dev.fovea.engine.Generation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The generations of one answer. They may be told things before their submission has returned:
 * tokens, and a client's leave, can come first. What came too early is passed on, in order. Any
 * thread.
 */
public final class GenerationGroup implements AnswerMailbox.Source {
  private final List<Consumer<List<Generation>>> early = new ArrayList<>();
  private List<Generation> generations;

  /** Passes on what has been asked meanwhile. */
  public synchronized void attach(List<Generation> submitted) {
    generations = submitted;
    early.forEach(call -> call.accept(submitted));
    early.clear();
  }

  /** Also where they are paused: nothing but their ends is to come. */
  @Override
  public void cancel() {
    pass(
        all -> {
          all.forEach(Generation::cancel);
          all.forEach(Generation::resume);
        });
  }

  @Override
  public void pause() {
    pass(all -> all.forEach(Generation::pause));
  }

  @Override
  public void resume() {
    pass(all -> all.forEach(Generation::resume));
  }

  /** Ends one of them where a stop string was found. */
  void stop(int choice) {
    pass(all -> all.get(choice).stop());
  }

  /** Under the lock, so that calls keep their order; a generation's methods do not block. */
  private synchronized void pass(Consumer<List<Generation>> call) {
    if (generations == null) {
      early.add(call);
    } else {
      call.accept(generations);
    }
  }
}
