package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.model.StepRunner;
import dev.fovea.model.Tokens;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The engine thread: takes what was posted, schedules, runs a step, commits and publishes it; parks
 * when there is nothing to do. It alone touches the runner and the scheduler, and it is the one
 * place where a request ends.
 */
final class EngineLoop implements Runnable, Delivery.Faults {
  private static final System.Logger LOG = System.getLogger(EngineLoop.class.getName());

  private final StepRunner runner;
  private final Scheduler scheduler;
  private final QueueBound queue;
  private final NanoClock clock;
  private final EngineObserver observer;
  private final Delivery delivery;
  private final Mailbox<Command> mailbox = new Mailbox<>();

  /** All that have been taken and have not ended; survives whatever befalls the scheduler. */
  private final Set<Sequence> live = new LinkedHashSet<>();

  private final List<Sequence> toPublish = new ArrayList<>();
  private long numSteps;
  private long promptTokens;
  private volatile Throwable fatal;
  private volatile EngineStatus status;

  /** What other threads ask of this one. */
  private sealed interface Command {
    Sequence sequence();

    record Submit(Sequence sequence) implements Command {}

    /** The outlet's verdict has been decided. */
    record Cut(Sequence sequence) implements Command {}
  }

  EngineLoop(
      StepRunner runner,
      Scheduler scheduler,
      QueueBound queue,
      NanoClock clock,
      EngineObserver observer) {
    this.runner = runner;
    this.scheduler = scheduler;
    this.queue = queue;
    this.clock = clock;
    this.observer = observer;
    this.delivery = new Delivery(observer, this);
    publishStatus(EngineStatus.Life.RUNNING);
  }

  Delivery delivery() {
    return delivery;
  }

  /** False: the engine is closed, nothing of the sequence is kept. Any thread. */
  boolean submit(Sequence sequence) {
    return mailbox.post(new Command.Submit(sequence));
  }

  /** Ends a sequence so, unless its ending is decided. Any thread. */
  @Override
  public void cut(Sequence sequence, Ending ending) {
    if (sequence.outlet().decide(ending)) {
      // A closed mailbox does not matter: then everything is being ended.
      mailbox.post(new Command.Cut(sequence));
    }
  }

  /** The one death path; the first cause counts. Any thread. */
  @Override
  public synchronized void kill(Throwable cause) {
    fatal = fatal == null ? cause : fatal;
    mailbox.close();
  }

  /** Lets the loop end after the step it is in. Any thread. */
  void close() {
    mailbox.close();
  }

  boolean isClosed() {
    return mailbox.isClosed();
  }

  EngineStatus status() {
    return status.withOutputTokens(delivery.outputTokens());
  }

  @Override
  public void run() {
    try {
      while (!mailbox.isClosed()) {
        takeCommands();
        deliver();
        Step step = scheduler.schedule();
        if (step == null) {
          idle();
        } else {
          run(step);
        }
      }
      if (fatal == null) {
        endAll(new Ending.Closed());
        runner.close();
        publishStatus(EngineStatus.Life.CLOSED);
        delivery.close();
        return;
      }
    } catch (Throwable cause) {
      kill(cause);
    }
    die(fatal);
  }

  private void run(Step step) {
    for (Sequence sequence : step.admitted()) {
      if (sequence.timeline().isQueued()) {
        queue.leave(sequence.numPrompt());
        sequence.timeline().start(clock.nanos());
      }
    }
    Tokens tokens = runner.await(runner.submit(step.batch()));
    numSteps++;
    for (Sequence sequence : scheduler.commit(step, tokens)) {
      record(sequence);
    }
    publish(EngineStatus.Life.RUNNING);
  }

  /** Notes what a commit did to a sequence. */
  private void record(Sequence sequence) {
    if (sequence.timeline().isBeforeFirstToken()) {
      sequence.timeline().firstToken(clock.nanos());
      promptTokens += sequence.numPrompt();
    }
    if (sequence.ending() != null) {
      end(sequence);
    } else {
      list(sequence);
    }
  }

  private void takeCommands() {
    for (Command command : mailbox.drain()) {
      Sequence sequence = command.sequence();
      if (command instanceof Command.Submit) {
        live.add(sequence);
        scheduler.add(sequence);
      } else if (live.contains(sequence)) {
        scheduler.finish(sequence, sequence.outlet().verdict());
        end(sequence);
      }
    }
  }

  private void idle() {
    scheduler.checkIntegrity();
    publish(EngineStatus.Life.RUNNING);
    mailbox.await();
  }

  private void endAll(Ending ending) {
    takeCommands();
    for (Sequence sequence : List.copyOf(live)) {
      scheduler.finish(sequence, ending);
      end(sequence);
    }
    publish(EngineStatus.Life.CLOSED);
  }

  /** The last of a sequence on this thread, which has just been given its ending. */
  private void end(Sequence sequence) {
    if (sequence.timeline().isQueued()) {
      queue.leave(sequence.numPrompt());
    }
    sequence.timeline().end(clock.nanos());
    live.remove(sequence);
    list(sequence);
  }

  private void list(Sequence sequence) {
    if (sequence.outlet().publish(sequence)) {
      toPublish.add(sequence);
    }
  }

  private void publish(EngineStatus.Life life) {
    publishStatus(life);
    deliver();
  }

  private void deliver() {
    if (!toPublish.isEmpty()) {
      delivery.post(toPublish);
      toPublish.clear();
    }
  }

  private void publishStatus(EngineStatus.Life life) {
    PagePool pool = scheduler.pool();
    status =
        new EngineStatus(
            life,
            new EngineStatus.Load(
                scheduler.numRunning(),
                scheduler.numWaiting(),
                pool.numPages() - pool.numFree(),
                0,
                pool.numPages()),
            new EngineStatus.Totals(numSteps, promptTokens, 0, 0, scheduler.numPreemptions()),
            new EngineStatus.Pulse(scheduler.numRunning() > 0, clock.nanos(), 0));
  }

  /** Tells every request, whatever state the scheduler was left in, then the process. */
  private void die(Throwable cause) {
    LOG.log(System.Logger.Level.ERROR, "the engine has died", cause);
    try {
      for (Command command : mailbox.drain()) {
        if (command instanceof Command.Submit) {
          live.add(command.sequence());
        }
      }
      Ending ending = new Ending.Failed("the engine has failed", cause);
      for (Sequence sequence : List.copyOf(live)) {
        sequence.finish(ending);
        end(sequence);
      }
      publish(EngineStatus.Life.DEAD);
    } finally {
      delivery.close();
      observer.onDeath(cause);
    }
  }
}
