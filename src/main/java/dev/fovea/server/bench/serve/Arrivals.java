package dev.fovea.server.bench.serve;

import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** When the next request is due, in nanoseconds from the start. */
interface Arrivals {

  static Arrivals of(LoadPlan plan) {
    return plan.rhythm().isOpenLoop()
        ? new Poisson(plan.rhythm().perSecond(), new SplittableRandom(plan.seed()))
        : new Closed(plan.rhythm().concurrency());
  }

  /** {@link Long#MAX_VALUE} if it waits for another's end. */
  long next();

  /** The one that was due has been started. */
  void started();

  /** One has ended at a time. */
  void ended(long nanos, boolean wasRefused);

  /** Intervals are exponential and know nothing of answers. */
  final class Poisson implements Arrivals {
    private final double perNano;
    private final SplittableRandom random;
    private double next;

    Poisson(double perSecond, SplittableRandom random) {
      perNano = perSecond * 1e-9;
      this.random = random;
      started();
    }

    @Override
    public long next() {
      return (long) next;
    }

    @Override
    public void started() {
      next += -Math.log(1 - random.nextDouble()) / perNano;
    }

    @Override
    public void ended(long nanos, boolean wasRefused) {}
  }

  /** A fixed number of clients; one that was refused rests a while. */
  final class Closed implements Arrivals {
    private static final long REST_NANOS = 100_000_000;

    private final PriorityQueue<Long> free = new PriorityQueue<>();

    Closed(int clients) {
      for (int i = 0; i < clients; i++) {
        free.add(0L);
      }
    }

    @Override
    public long next() {
      return free.isEmpty() ? Long.MAX_VALUE : free.peek();
    }

    @Override
    public void started() {
      free.remove();
    }

    @Override
    public void ended(long nanos, boolean wasRefused) {
      free.add(wasRefused ? nanos + REST_NANOS : nanos);
    }
  }
}
