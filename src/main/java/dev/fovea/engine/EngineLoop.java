package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.model.StepRunner;
import dev.fovea.model.Tokens;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The engine thread: takes what was posted, keeps the device supplied with steps, commits and
 * publishes what they drew; parks when there is nothing to do. It alone touches the runner and the
 * scheduler, and it is the one place where a request ends.
 *
 * <p>Where the runner takes two steps, step n + 1 is submitted before step n is awaited: the device
 * never waits for Java. An end is then seen one step late, and what was drawn past it is dropped.
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
  private final Deque<InFlight> inFlight = new ArrayDeque<>();
  private final DeadlineQueue deadlines = new DeadlineQueue();

  /** All that have been taken and have not ended; survives whatever befalls the scheduler. */
  private final Set<Sequence> live = ConcurrentHashMap.newKeySet();

  private final List<Sequence> toPublish = new ArrayList<>();
  private final EngineGauge gauge;
  private volatile Throwable fatal;

  /** What other threads ask of this one. */
  private sealed interface Command {
    /** Outputs of one client, taken together. */
    record Submit(List<Sequence> sequences) implements Command {}

    /** The outlet's verdict has been decided. */
    record Cut(Sequence sequence) implements Command {}
  }

  private record InFlight(Step step, StepRunner.Ticket ticket) {}

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
    this.gauge = new EngineGauge(scheduler, clock);
  }

  Delivery delivery() {
    return delivery;
  }

  /** False: the engine is closed, nothing of the sequences is kept. Any thread. */
  boolean submit(List<Sequence> sequences) {
    return mailbox.post(new Command.Submit(sequences));
  }

  /** Ends a sequence so, unless its ending is decided. Any thread. */
  @Override
  public void cut(Sequence sequence, Ending ending) {
    if (sequence.outlet().decide(ending)) {
      // A closed mailbox does not matter: then everything is being ended.
      mailbox.post(new Command.Cut(sequence));
    }
    // Also of an ending that was decided before: it may be waiting for a reader who has gone.
    delivery.setPaused(sequence, false);
  }

  /** The one death path; the first cause counts. Any thread. */
  @Override
  public synchronized void kill(Throwable cause) {
    fatal = fatal == null ? cause : fatal;
    mailbox.close();
  }

  /** As {@link #kill}, and tells all requests although the engine thread hangs. Any thread. */
  void abandon(Throwable cause) {
    kill(cause);
    takeLastSubmits();
    Ending ending = new Ending.Failed("the engine does not answer", cause);
    for (Sequence sequence : live) {
      if (sequence.outlet().abandon(ending)) {
        delivery.post(List.of(sequence));
      }
    }
    delivery.close();
  }

  /** Lets the loop end after the steps in flight. Any thread. */
  void close() {
    mailbox.close();
  }

  boolean isClosed() {
    return mailbox.isClosed();
  }

  EngineStatus status() {
    return gauge.status().withOutputTokens(delivery.outputTokens());
  }

  @Override
  public void run() {
    try {
      while (!mailbox.isClosed()) {
        turn();
      }
      if (fatal == null) {
        wind();
        return;
      }
    } catch (Throwable cause) {
      kill(cause);
    }
    die(fatal);
  }

  /** From the end of one step to the end of the next. */
  void turn() {
    takeCommands();
    expire();
    deliver();
    supply();
    if (inFlight.isEmpty()) {
      idle();
    } else {
      finishOldest();
    }
  }

  /** Submits steps until the device has as many as it takes, or no more can be planned. */
  private void supply() {
    while (inFlight.size() < runner.maxInFlight()) {
      if (!inFlight.isEmpty() && scheduler.mustSynchronize()) {
        return;
      }
      Step step = scheduler.schedule();
      if (step == null) {
        return;
      }
      for (Sequence sequence : step.admitted()) {
        if (sequence.timeline().isQueued()) {
          queue.start(sequence.party(), sequence.numPrompt());
          sequence.timeline().start(clock.nanos());
        }
      }
      gauge.stepSubmitted();
      inFlight.addLast(new InFlight(step, runner.submit(step.batch())));
    }
  }

  private void finishOldest() {
    InFlight oldest = inFlight.removeFirst();
    Tokens tokens = runner.await(oldest.ticket());
    gauge.stepEnded();
    for (Sequence sequence : scheduler.commit(oldest.step(), tokens)) {
      record(sequence);
    }
    publish(EngineStatus.Life.RUNNING);
  }

  /** Notes what a commit did to a sequence. */
  private void record(Sequence sequence) {
    if (sequence.timeline().isBeforeFirstToken()) {
      sequence.timeline().firstToken(clock.nanos());
      gauge.promptComputed(sequence);
    }
    if (sequence.ending() != null) {
      end(sequence);
    } else {
      list(sequence);
    }
  }

  private void takeCommands() {
    for (Command command : mailbox.drain()) {
      if (command instanceof Command.Submit submit) {
        live.addAll(submit.sequences());
        for (Sequence sequence : submit.sequences()) {
          scheduler.add(sequence);
          deadlines.add(sequence);
        }
      } else if (command instanceof Command.Cut cut && live.contains(cut.sequence())) {
        finish(cut.sequence(), cut.sequence().outlet().verdict());
      }
    }
  }

  private void expire() {
    if (deadlines.isEmpty()) {
      return;
    }
    long now = clock.nanos();
    for (var due = deadlines.pollPassed(now); due != null; due = deadlines.pollPassed(now)) {
      Sequence sequence = due.sequence();
      boolean isMet =
          due.deadline() == GenerationListener.Deadline.QUEUE && !sequence.timeline().isQueued();
      if (!isMet && sequence.outlet().decide(new Ending.TimedOut(due.deadline()))) {
        finish(sequence, sequence.outlet().verdict());
      }
    }
  }

  private void idle() {
    scheduler.checkIdle();
    gauge.idle();
    publish(EngineStatus.Life.RUNNING);
    mailbox.await();
  }

  /** The orderly end. */
  private void wind() {
    while (!inFlight.isEmpty()) {
      finishOldest();
    }
    takeCommands();
    for (Sequence sequence : live) {
      finish(sequence, new Ending.Closed());
    }
    gauge.idle();
    publish(EngineStatus.Life.CLOSED);
    runner.close();
    delivery.close();
  }

  private void finish(Sequence sequence, Ending ending) {
    scheduler.finish(sequence, ending);
    end(sequence);
  }

  /** The last of a sequence on this thread, which has just been given its ending. */
  private void end(Sequence sequence) {
    if (sequence.timeline().isQueued()) {
      queue.leave(sequence.party(), sequence.numPrompt());
    }
    sequence.timeline().end(clock.nanos());
    live.remove(sequence);
    deadlines.remove(sequence);
    list(sequence);
  }

  private void list(Sequence sequence) {
    if (sequence.outlet().publish(sequence)) {
      toPublish.add(sequence);
    }
  }

  private void publish(EngineStatus.Life life) {
    gauge.publish(life);
    deliver();
  }

  private void deliver() {
    if (!toPublish.isEmpty()) {
      delivery.post(toPublish);
      toPublish.clear();
    }
  }

  private void takeLastSubmits() {
    for (Command command : mailbox.drain()) {
      if (command instanceof Command.Submit submit) {
        live.addAll(submit.sequences());
      }
    }
  }

  /** Tells every request, whatever state the scheduler was left in, then the process. */
  private void die(Throwable cause) {
    LOG.log(System.Logger.Level.ERROR, "the engine has died", cause);
    try {
      takeLastSubmits();
      Ending ending = new Ending.Failed("the engine has failed", cause);
      for (Sequence sequence : live) {
        sequence.finish(ending);
        end(sequence);
      }
      gauge.idle();
      publish(EngineStatus.Life.DEAD);
    } finally {
      delivery.close();
      observer.onDeath(cause);
    }
  }
}
