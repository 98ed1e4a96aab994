package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.engine.RejectedException.Reason;
import dev.fovea.model.StepRunner;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Continues many prompts at once on one device. Any thread may submit, cancel and close.
 *
 * <p>Every request that was taken gets exactly one {@link GenerationListener#onEnd}, whatever
 * happens: also when the engine is closed or dies.
 */
public final class Engine implements AutoCloseable {
  private final EngineLoop loop;
  private final QueueBound queue;
  private final NanoClock clock;
  private final EngineConfig config;
  private final int maxContext;
  private final int vocabulary;
  private final Thread engineThread;
  private final Thread deliveryThread;

  private Engine(
      EngineLoop loop,
      QueueBound queue,
      NanoClock clock,
      StepRunner.Limits limits,
      EngineConfig config) {
    this.loop = loop;
    this.queue = queue;
    this.clock = clock;
    this.config = config;
    this.maxContext = limits.longestSequence();
    this.vocabulary = limits.vocabulary();
    engineThread = new Thread(loop, "fovea-engine");
    deliveryThread = new Thread(loop.delivery(), "fovea-delivery");
    engineThread.setDaemon(true);
    deliveryThread.setDaemon(true);
  }

  /**
   * Starts an engine with its two threads.
   *
   * @param runner becomes the engine thread's alone, which closes it at the end, though not after a
   *     death
   * @param config is cut down to what the runner was prepared for
   */
  public static Engine start(
      StepRunner runner, EngineConfig config, NanoClock clock, EngineObserver observer) {
    StepRunner.Limits limits = runner.limits();
    EngineConfig fitting = config.within(limits);
    PagePool pool = new PagePool(limits.numPages(), config.prefixCache());
    PrefillCost cost = PrefillProbe.measure(runner, fitting, clock);
    return start(runner, new Scheduler(fitting, pool, cost), config, clock, observer);
  }

  /** As the public one, with a scheduler that the caller can look into. */
  static Engine start(
      StepRunner runner,
      Scheduler scheduler,
      EngineConfig config,
      NanoClock clock,
      EngineObserver observer) {
    QueueBound queue = new QueueBound(config.queue(), clock);
    EngineLoop loop = new EngineLoop(runner, scheduler, queue, clock, observer);
    Engine engine = new Engine(loop, queue, clock, runner.limits(), config.within(runner.limits()));
    engine.engineThread.start();
    engine.deliveryThread.start();
    return engine;
  }

  /**
   * A request with as many outputs as it has listeners, drawn independently: the place in the list
   * is the {@linkplain dev.fovea.model.Draw#choice() choice}. They share the pages of the prompt.
   */
  public record Submission(GenerationRequest request, List<GenerationListener> listeners) {
    public Submission {
      listeners = List.copyOf(listeners);
    }
  }

  /** As {@link #submit(List)}, for one output. */
  public Generation submit(GenerationRequest request, GenerationListener listener) {
    return submit(List.of(new Submission(request, List.of(listener)))).get(0);
  }

  /**
   * Takes all of these requests, one client's, or none: together they have the share of one. Their
   * outputs go to their listeners; one that fills the context ends with {@code LENGTH}. Does not
   * block.
   *
   * @return the generations of all listeners, in order
   * @throws RejectedException if a prompt leaves no room for a token, too much is waiting, or the
   *     engine is closed or dead
   * @throws IllegalArgumentException if an id of a prompt or a stop token is outside the vocabulary
   */
  public List<Generation> submit(List<Submission> submissions) {
    int numOutputs = 0;
    long promptTokens = 0;
    for (Submission submission : submissions) {
      check(submission.request());
      numOutputs += submission.listeners().size();
      promptTokens += (long) submission.listeners().size() * submission.request().prompt().length;
    }
    if (loop.isClosed()) {
      throw closed();
    }
    Party party = new Party();
    queue.enter(party, numOutputs, promptTokens);
    long now = clock.nanos();
    List<Sequence> sequences = new ArrayList<>(numOutputs);
    for (Submission submission : submissions) {
      addSequences(submission, now, sequences);
    }
    sequences.forEach(sequence -> sequence.join(party));
    if (!loop.submit(sequences)) {
      sequences.forEach(sequence -> queue.leave(party, sequence.numPrompt()));
      throw closed();
    }
    List<Generation> generations = new ArrayList<>(numOutputs);
    sequences.forEach(sequence -> generations.add(new Submitted(loop, sequence)));
    return generations;
  }

  private void check(GenerationRequest request) {
    int numPrompt = request.prompt().length;
    requireInVocabulary("prompt", request.prompt());
    requireInVocabulary("stop_token_ids", request.stop().stopTokenIds());
    if (numPrompt >= maxContext) {
      throw new RejectedException(
          Reason.TOO_LONG,
          String.format(
              Locale.ROOT,
              "prompt: expected at most %d tokens, one less than the context, got %d",
              maxContext - 1,
              numPrompt));
    }
  }

  private void addSequences(Submission submission, long now, List<Sequence> sequences) {
    Sequence first = null;
    for (int choice = 0; choice < submission.listeners().size(); choice++) {
      Outlet outlet = new Outlet(submission.listeners().get(choice));
      Sequence sequence =
          new Sequence(submission.request(), choice, maxContext, outlet, new Timeline(now));
      if (first == null) {
        first = sequence;
      } else if (config.prefixCache()) {
        sequence.follow(first);
      }
      sequences.add(sequence);
    }
  }

  /**
   * Tokens that prompt and output can have together: what the model was prepared for, or the whole
   * page pool if that is smaller.
   */
  public int maxContext() {
    return maxContext;
  }

  /** Sequences that run at a time. */
  public int maxSequences() {
    return config.maxSequences();
  }

  /** What the engine is doing; cheap. */
  public EngineStatus status() {
    return loop.status();
  }

  /**
   * Takes no more requests, ends those it has after the steps in flight as closed, closes the
   * runner and waits for both threads, unless it is called on one of them.
   */
  @Override
  public void close() {
    loop.close();
    Thread caller = Thread.currentThread();
    if (caller == engineThread || caller == deliveryThread) {
      return;
    }
    try {
      engineThread.join();
      deliveryThread.join();
    } catch (InterruptedException e) {
      caller.interrupt();
    }
  }

  /**
   * Ends every request as failed although the engine thread does not answer: it hangs in the
   * device. The process should end. Any thread.
   */
  public void abandon(Throwable cause) {
    loop.abandon(cause);
  }

  private record Submitted(EngineLoop loop, Sequence sequence) implements Generation {
    @Override
    public void cancel() {
      loop.cut(sequence, new Ending.Cancelled());
    }

    @Override
    public void stop() {
      loop.cut(sequence, new Ending.Finished(FinishReason.STOP, null));
    }

    @Override
    public void pause() {
      loop.delivery().setPaused(sequence, true);
    }

    @Override
    public void resume() {
      loop.delivery().setPaused(sequence, false);
    }
  }

  private static RejectedException closed() {
    return new RejectedException(Reason.CLOSED, "the engine takes no more requests");
  }

  private void requireInVocabulary(String name, int[] ids) {
    for (int i = 0; i < ids.length; i++) {
      if (ids[i] < 0 || ids[i] >= vocabulary) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "%s[%d]: expected 0 to %d, got %d", name, i, vocabulary - 1, ids[i]));
      }
    }
  }
}
