package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The thread that calls the listeners. A sequence is posted at most once until it is taken, so that
 * the mailbox is bounded by the sequences alive; a listener that throws ends its own request only.
 */
final class Delivery implements Runnable {
  private static final System.Logger LOG = System.getLogger(Delivery.class.getName());

  private final Mailbox<Sequence> mailbox = new Mailbox<>();
  private final AtomicLong outputTokens = new AtomicLong();
  private final EngineObserver observer;
  private final Faults faults;

  /** Those whose ending waits until their reader goes on. */
  private final Set<Sequence> held = new HashSet<>();

  /** What the delivery thread tells the engine. */
  interface Faults {
    /** A listener has failed: its request must end so. */
    void cut(Sequence sequence, Ending ending);

    /** Nothing that a request could answer for. */
    void kill(Throwable cause);
  }

  Delivery(EngineObserver observer, Faults faults) {
    this.observer = observer;
    this.faults = faults;
  }

  /** Tokens handed to listeners since the start. Any thread. */
  long outputTokens() {
    return outputTokens.get();
  }

  /** What one step has published. Engine thread. */
  void post(List<Sequence> published) {
    mailbox.postAll(published);
  }

  /** A reader has paused, or wants more again; also a cut ends a pause. Any thread. */
  void setPaused(Sequence sequence, boolean paused) {
    if (paused) {
      sequence.outlet().pause();
    } else if (sequence.outlet().resume()) {
      mailbox.post(sequence);
    }
  }

  /** Lets the thread end once all that was posted is delivered. */
  void close() {
    mailbox.close();
  }

  /** Without this thread nobody would be told anything any more: its end is the engine's. */
  @Override
  public void run() {
    try {
      deliverAll();
    } catch (Throwable cause) {
      faults.kill(cause);
      throw cause;
    }
  }

  private void deliverAll() {
    boolean isLast;
    do {
      mailbox.await();
      isLast = mailbox.isClosed();
      for (Sequence sequence : mailbox.drain()) {
        deliver(sequence);
      }
    } while (!isLast);
    for (Sequence sequence : List.copyOf(held)) {
      sequence.outlet().release();
      deliver(sequence);
    }
  }

  private void deliver(Sequence sequence) {
    Outlet outlet = sequence.outlet();
    Outlet.Published published = outlet.take();
    guard(sequence, () -> deliverTokens(sequence, published));
    guard(sequence, () -> deliverEnding(sequence, published));
    if (published.ending() == null || outlet.hasEnded()) {
      held.remove(sequence);
    } else {
      held.add(sequence);
    }
  }

  private void deliverTokens(Sequence sequence, Outlet.Published published) {
    outputTokens.addAndGet(sequence.outlet().deliverTokens(published, sequence.cachedTokens()));
  }

  private void deliverEnding(Sequence sequence, Outlet.Published published) {
    Outlet outlet = sequence.outlet();
    Ending ending = outlet.settleEnding(published);
    if (ending == null) {
      return;
    }
    try {
      observer.onEnd(
          ending,
          sequence
              .timeline()
              .trace(sequence.numPrompt(), sequence.cachedTokens(), outlet.numDelivered()));
    } finally {
      outlet.deliverEnding(ending);
    }
  }

  private void guard(Sequence sequence, Runnable call) {
    try {
      call.run();
    } catch (Throwable cause) {
      if (cause instanceof VirtualMachineError && !(cause instanceof StackOverflowError)) {
        faults.kill(cause);
      } else {
        LOG.log(System.Logger.Level.WARNING, "a listener failed; its request ends", cause);
        faults.cut(
            sequence,
            new Ending.Failed("the output could not be handed over to the client", cause));
      }
    }
  }
}
