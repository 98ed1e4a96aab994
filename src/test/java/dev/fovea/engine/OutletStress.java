package dev.fovea.engine;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import dev.fovea.model.SamplingParams;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The engine thread, the delivery thread and any third one meet at an {@link Outlet}: whoever wins,
 * every token is handed over once and the listener hears one ending.
 */
public final class OutletStress {
  private OutletStress() {}

  /** An outlet with its sequence, its posts and a listener that counts. */
  private static final class Rig implements GenerationListener {
    final Outlet outlet = new Outlet(this);
    final Sequence sequence =
        new Sequence(
            new GenerationRequest(
                new int[] {0}, SamplingParams.GREEDY, new StopRules(9, 0, new int[0])),
            0,
            10,
            outlet,
            new Timeline(0));
    private final AtomicInteger posts = new AtomicInteger();
    int numTokens;
    int numEndings;

    void publish() {
      post(outlet.publish(sequence));
    }

    void draw() {
      sequence.accept(1, true);
      publish();
    }

    /** The last token and the end of the output. */
    void end() {
      sequence.accept(1, true);
      sequence.finish(new Ending.Finished(FinishReason.LENGTH, null));
      publish();
    }

    void post(boolean isDue) {
      if (isDue) {
        posts.incrementAndGet();
      }
    }

    /** One look of the delivery thread at what is posted. */
    void deliver() {
      if (posts.get() > 0) {
        posts.decrementAndGet();
        Outlet.Published now = outlet.take();
        outlet.deliverTokens(now, 0);
        Ending ending = outlet.settleEnding(now);
        if (ending != null) {
          outlet.deliverEnding(ending);
        }
      }
    }

    void deliverTheRest(II_Result result) {
      while (posts.get() > 0) {
        deliver();
      }
      result.r1 = numTokens;
      result.r2 = numEndings;
    }

    @Override
    public void onTokens(int[] ids) {
      numTokens += ids.length;
    }

    @Override
    public void onEnd(Ending ending) {
      numEndings++;
    }
  }

  /** Published between a take and what follows it: posted again, or seen already. */
  @JCStressTest
  @State
  @Outcome(id = "3, 1", expect = Expect.ACCEPTABLE, desc = "all of it, once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "lost or repeated")
  public static class PublishedWhileTaken {
    private final Rig rig = new Rig();

    @Actor
    public void engine() {
      rig.draw();
      rig.draw();
      rig.end();
    }

    @Actor
    public void delivery() {
      rig.deliver();
      rig.deliver();
    }

    @Arbiter
    public void rest(II_Result result) {
      rig.deliverTheRest(result);
    }
  }

  /** The output ends by itself while the watchdog gives it up: whoever comes first is heard. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1", "1, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "one ending")
  @Outcome(expect = Expect.FORBIDDEN, desc = "none, or several")
  public static class EndedWhileAbandoned {
    private final Rig rig = new Rig();

    @Actor
    public void engine() {
      rig.end();
    }

    @Actor
    public void watchdog() {
      rig.post(rig.outlet.abandon(new Ending.Failed("hangs", null)));
    }

    @Arbiter
    public void rest(II_Result result) {
      rig.deliverTheRest(result);
    }
  }

  /** The client leaves while its tokens and their end are handed over. */
  @JCStressTest
  @State
  @Outcome(
      id = {"0, 1", "1, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "one ending")
  @Outcome(expect = Expect.FORBIDDEN, desc = "none, or several")
  public static class CutWhileDelivered {
    private final Rig rig = new Rig();

    public CutWhileDelivered() {
      rig.end();
    }

    @Actor
    public void client() {
      rig.outlet.decide(new Ending.Cancelled());
      rig.post(rig.outlet.resume());
    }

    @Actor
    public void delivery() {
      rig.deliver();
    }

    @Arbiter
    public void rest(II_Result result) {
      rig.deliverTheRest(result);
    }
  }

  /** A pause that is lifted while tokens and the end come: what it kept back follows. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "all of it, once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "lost or repeated")
  public static class PausedWhilePublished {
    private final Rig rig = new Rig();

    @Actor
    public void engine() {
      rig.end();
    }

    @Actor
    public void reader() {
      rig.outlet.pause();
      rig.deliver();
      rig.post(rig.outlet.resume());
    }

    @Arbiter
    public void rest(II_Result result) {
      rig.deliverTheRest(result);
    }
  }

  /** A pause that comes and is lifted while the delivery thread looks. */
  @JCStressTest
  @State
  @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "all of it, once")
  @Outcome(expect = Expect.FORBIDDEN, desc = "lost or repeated")
  public static class PausedWhileDelivered {
    private final Rig rig = new Rig();

    public PausedWhileDelivered() {
      rig.end();
    }

    @Actor
    public void reader() {
      rig.outlet.pause();
      rig.post(rig.outlet.resume());
    }

    @Actor
    public void delivery() {
      rig.deliver();
    }

    @Arbiter
    public void rest(II_Result result) {
      rig.deliverTheRest(result);
    }
  }
}
