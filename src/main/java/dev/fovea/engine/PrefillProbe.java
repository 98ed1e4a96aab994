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

  /** Far enough back for attention to show, near enough to be measured within a moment. */
  private static final int MAX_CONTEXT = 8192;

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
    double[] contextCosts = new double[measured];
    // Where even the smallest is beyond the target, what else it takes is not worth the time.
    for (int i = 0; i < measured && costs[0] <= target; i++) {
      int context = Math.min(MAX_CONTEXT, runner.limits().longestSequence()) - sizes[i];
      double each =
          context > sizes[i]
              ? (lesserNanos(sizes[i], context) - costs[i]) / context
              : inProportion(contextCosts, sizes, i);
      contextCosts[i] = atLeastBefore(contextCosts, i, each);
    }
    int last = Math.max(0, costs[measured - 1] <= target ? measured - 1 : measured - 2);
    int first = firstWorthwhile(costs, contextCosts, last);
    return new PrefillCost(
        Arrays.copyOfRange(sizes, first, measured),
        Arrays.copyOfRange(costs, first, measured),
        Arrays.copyOfRange(contextCosts, first, measured),
        target);
  }

  /** More tokens never take less: what looks so is noise, and would make all beyond look free. */
  private static double atLeastBefore(double[] costs, int index, double cost) {
    return Math.max(index == 0 ? 0 : costs[index - 1], cost);
  }

  /** To the size before: what sequences are too short to show. */
  private static double inProportion(double[] costs, int[] sizes, int index) {
    return index == 0 ? 0 : costs[index - 1] * sizes[index] / sizes[index - 1];
  }

  /**
   * Sizes before it save hardly any time, even behind many tokens, as on a device that they do not
   * fill.
   */
  private static int firstWorthwhile(double[] costs, double[] contextCosts, int last) {
    int first = 0;
    while (first < last
        && behindMany(costs, contextCosts, first + 1)
            < WORTHWHILE * behindMany(costs, contextCosts, first)) {
      first++;
    }
    return first;
  }

  private static double behindMany(double[] costs, double[] contextCosts, int index) {
    return costs[index] + MAX_CONTEXT * contextCosts[index];
  }

  /** The first step of a size may bring weights into caches and code into being. */
  private long lesserNanos(int size, int context) {
    return Math.min(nanos(size, context), nanos(size, context));
  }

  /** What a step with one piece will take. */
  private long nanos(int size, int context) {
    // The context need not be a real one: its few pages come again and again.
    int numWritten = MemoryPlan.pagesFor(size) + 1;
    int[] pages = new int[MemoryPlan.pagesFor(context + size)];
    for (int i = 0; i < pages.length; i++) {
      pages[i] = i % Math.min(numWritten, runner.limits().numPages());
    }
    Batch.TokenSlice tokens = new Batch.TokenSlice(new int[size], 0, size);
    Batch batch = new Batch(List.of(new Batch.Entry(tokens, context, pages, null)));
    long start = clock.nanos();
    runner.await(runner.submit(batch));
    boolean isBesideHost = runner.maxInFlight() > 1;
    return (long) ((isBesideHost ? 1 : SERVING_TAKES) * (clock.nanos() - start));
  }
}
