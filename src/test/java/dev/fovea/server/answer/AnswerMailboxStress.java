package dev.fovea.server.answer;

import java.time.Duration;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Whoever fills, reads or leaves an {@link AnswerMailbox}: its subscriber is called by one thread
 * at a time, gets the bytes in their order, and hears one end.
 */
public final class AnswerMailboxStress {
  private AnswerMailboxStress() {}

  /** A reader that notices calls beside each other, and bytes out of their order. */
  private static final class Rig implements Flow.Subscriber<byte[]>, AnswerMailbox.Source {
    private static final int FAULT = 100;

    final AnswerMailbox mailbox =
        new AnswerMailbox(
            this, new AnswerMailbox.Patience(Duration.ofDays(1), (delay, task) -> () -> {}));
    private final AtomicInteger inside = new AtomicInteger();
    // Plain on purpose: the hand-over itself has to make them visible.
    private int numParts;
    private int numEnds;
    private int numCancels;

    Rig() {
      mailbox.subscribe(this);
    }

    void offer(int number) {
      mailbox.offer(new byte[] {(byte) number});
    }

    void tell(III_Result result) {
      result.r1 = numParts;
      result.r2 = numEnds;
      result.r3 = numCancels;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {}

    @Override
    public void onNext(byte[] part) {
      enter();
      numParts += part[0] == numParts ? 1 : FAULT;
      inside.decrementAndGet();
    }

    @Override
    public void onComplete() {
      enter();
      numEnds++;
      inside.decrementAndGet();
    }

    @Override
    public void onError(Throwable failure) {
      numEnds += FAULT;
    }

    private void enter() {
      if (inside.getAndIncrement() != 0) {
        numEnds += FAULT;
      }
    }

    @Override
    public void pause() {}

    @Override
    public void resume() {}

    @Override
    public void cancel() {
      numCancels++;
    }
  }

  /** Asked for, part by part, while it is filled and ended. */
  @JCStressTest
  @State
  @Outcome(id = "3, 1, 0", expect = Expect.ACCEPTABLE, desc = "all parts in order, one end")
  @Outcome(expect = Expect.FORBIDDEN, desc = "lost, out of order, or beside each other")
  public static class FilledWhileRead {
    private final Rig rig = new Rig();

    @Actor
    public void delivery() {
      rig.offer(0);
      rig.offer(1);
      rig.offer(2);
      rig.mailbox.complete();
    }

    @Actor
    public void reader() {
      rig.mailbox.request(1);
      rig.mailbox.request(1);
      rig.mailbox.request(1);
    }

    @Arbiter
    public void tell(III_Result result) {
      rig.tell(result);
    }
  }

  /** The client leaves while its answer comes: the source hears of it once, unless all was read. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 0, 1", "1, 0, 1", "2, 0, 1", "2, 1, 0"},
      expect = Expect.ACCEPTABLE,
      desc = "cut somewhere, or complete")
  @Outcome(expect = Expect.FORBIDDEN, desc = "both, neither, or twice")
  public static class LeftWhileFilled {
    private final Rig rig = new Rig();

    @Actor
    public void delivery() {
      rig.offer(0);
      rig.offer(1);
      rig.mailbox.complete();
    }

    public LeftWhileFilled() {
      rig.mailbox.request(2);
    }

    @Actor
    public void leaver() {
      rig.mailbox.cancel();
      rig.mailbox.cancel();
    }

    @Arbiter
    public void tell(III_Result result) {
      rig.tell(result);
    }
  }
}
