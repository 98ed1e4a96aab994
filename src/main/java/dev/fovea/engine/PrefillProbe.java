package dev.fovea.engine;

import dev.fovea.model.Batch;
import dev.fovea.model.MemoryPlan;
import dev.fovea.model.StepRunner;
import java.util.Arrays;
import java.util.List;

/** Measures {@link PrefillCost} on a device that has nothing else to do yet. */
final class PrefillProbe {
  private static final System.Logger LOG = System.getLogger(PrefillProbe.class.getName());
  private static final int[] SIZES = {64, 128, 256, 512, 1024, 2048};

  /** Tokens before a piece, where one after the other is walked. */
  private static final int[] CONTEXTS = {8192, 65_536};

  /** A GPU walks the first as it can, and from there on with more and more of itself. */
  private static final int[] DEVICE_CONTEXTS = {1024, 8192, 65_536};

  /**
   * Of the target: a piece that takes longer is none beside others, and not worth the start's time.
   */
  private static final int LONGEST = 2;

  /** What processors do takes longer on a machine that serves than on an idle one. */
  private static final double SERVING_TAKES = 1.25;

  /** What twice the tokens must cost at least for the smaller piece to be one. */
  private static final double WORTHWHILE = 1.33;

  private final StepRunner runner;
  private final NanoClock clock;

  private PrefillProbe(StepRunner runner, NanoClock clock) {
    this.runner = runner;
    this.clock = clock;
  }

  /**
   * Computes pieces of a prompt of zeros, from the smallest to the first that takes longer than the
   * target.
   *
   * @param config cut down to the runner's limits
   */
  static PrefillCost measure(StepRunner runner, EngineConfig config, NanoClock clock) {
    long target = config.stepTarget().toNanos();
    if (target == 0) {
      return PrefillCost.UNBOUNDED;
    }
    int longest = Math.min(config.chunkTokens(), runner.limits().longestSequence());
    int[] sizes = Arrays.stream(SIZES).filter(size -> size <= longest).toArray();
    PrefillCost cost =
        new PrefillProbe(runner, clock)
            .measure(sizes.length > 0 ? sizes : new int[] {longest}, target);
    LOG.log(System.Logger.Level.DEBUG, "pieces of prompts: {0}", cost);
    return cost;
  }

  private PrefillCost measure(int[] sizes, long target) {
    double[] costs = new double[sizes.length];
    int measured = 0;
    while (measured < sizes.length && (measured == 0 || costs[measured - 1] <= target)) {
      costs[measured] = atLeastBefore(costs, measured, lesserNanos(sizes[measured], 0));
      measured++;
    }
    PieceTimes alone =
        new PieceTimes(
            Arrays.copyOf(sizes, measured),
            Arrays.copyOf(costs, measured),
            new int[0],
            new double[0][]);
    // Where even the smallest is beyond the target, what else it takes is not worth the time.
    PieceTimes times = costs[0] <= target ? behindContexts(alone, LONGEST * target) : alone;
    int last = Math.max(0, costs[measured - 1] <= target ? measured - 1 : measured - 2);
    return new PrefillCost(times.from(firstWorthwhile(times, last)), target);
  }

  /** Adds what contexts take, up to half of the longest sequence. */
  private PieceTimes behindContexts(PieceTimes times, long longest) {
    int most = runner.limits().longestSequence() / 2;
    for (int context : isBesideHost() ? DEVICE_CONTEXTS : CONTEXTS) {
      int nearer = Math.min(context, most);
      if (nearer > times.farthest()) {
        times = times.with(nearer, contextNanos(times, nearer, longest));
      }
    }
    return times;
  }

  /** What a context adds to each size; what would take too long is reckoned. */
  private double[] contextNanos(PieceTimes times, int context, long longest) {
    double[] more = new double[times.sizes().length];
    for (int i = 0; i < more.length; i++) {
      int size = times.sizes()[i];
      double alone = times.nanos()[i];
      double cost = reckoned(times, context, more, i);
      boolean isPossible = context + size <= runner.limits().longestSequence();
      if (isPossible && alone + cost <= longest) {
        cost = nanosBehind(size, context, i == 0) - alone;
      }
      double nearer = times.contextNanos(size, times.farthest());
      more[i] = Math.max(nearer, atLeastBefore(more, i, cost));
    }
    return more;
  }

  /**
   * As steep as up to the context before, or in proportion to the size before: both are too much
   * where a piece leaves a part of the device idle.
   */
  private static double reckoned(PieceTimes times, int context, double[] more, int index) {
    int[] sizes = times.sizes();
    double asSteep = times.contextNanos(sizes[index], context);
    double inProportion = index == 0 ? 0 : more[index - 1] * sizes[index] / sizes[index - 1];
    if (index == 0 || times.farthest() == 0) {
      return Math.max(asSteep, inProportion);
    }
    return Math.min(asSteep, inProportion);
  }

  /** More tokens never take less: what looks so is noise, and would make all beyond look free. */
  private static double atLeastBefore(double[] costs, int index, double cost) {
    return Math.max(index == 0 ? 0 : costs[index - 1], cost);
  }

  /**
   * Sizes before it save hardly any time, even behind many tokens, as on a device that they do not
   * fill.
   */
  private static int firstWorthwhile(PieceTimes times, int last) {
    int first = 0;
    while (first < last && behindMany(times, first + 1) < WORTHWHILE * behindMany(times, first)) {
      first++;
    }
    return first;
  }

  private static double behindMany(PieceTimes times, int index) {
    int size = times.sizes()[index];
    return times.nanos(size) + times.contextNanos(size, times.farthest());
  }

  /** Where nothing else disturbs it, it takes the same each time but the first. */
  private long nanosBehind(int size, int context, boolean isFirst) {
    return isFirst || !isBesideHost() ? lesserNanos(size, context) : nanos(size, context);
  }

  private boolean isBesideHost() {
    return runner.maxInFlight() > 1;
  }

  /** The first step of a size may bring weights into caches and code into being. */
  private long lesserNanos(int size, int context) {
    return Math.min(nanos(size, context), nanos(size, context));
  }

  /** What a step with one piece will take. */
  private long nanos(int size, int context) {
    // The context need not be a real one; what few pages repeat would be found in a cache.
    int[] pages = new int[MemoryPlan.pagesFor(context + size)];
    for (int i = 0; i < pages.length; i++) {
      pages[i] = i % runner.limits().numPages();
    }
    Batch.TokenSlice tokens = new Batch.TokenSlice(new int[size], 0, size);
    Batch batch = new Batch(List.of(new Batch.Entry(tokens, context, pages, null)));
    long start = clock.nanos();
    runner.await(runner.submit(batch));
    return (long) ((isBesideHost() ? 1 : SERVING_TAKES) * (clock.nanos() - start));
  }
}
