package dev.fovea.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.fovea.engine.Engine;
import dev.fovea.engine.EngineConfig;
import dev.fovea.engine.EngineObserver;
import dev.fovea.engine.NanoClock;
import dev.fovea.model.Batch;
import dev.fovea.model.StepRunner;
import dev.fovea.model.Tokens;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Java costs between two steps: from the end of one to the submission of the next, while 256
 * sequences decode and all of them have a listener. Measured in the running engine, on its own
 * thread; a benchmark method called over and over would leave out the threads beside it.
 */
class EngineOverheadBench {
  private static final int NUM_SEQUENCES = 256;
  private static final int NUM_WARM_UP = 6_000;
  private static final int NUM_STEPS = 6_000;
  private static final long MEDIAN_BUDGET_NANOS = 60_000;
  private static final long BYTES_BUDGET = 2048;

  /** Without latency the delivery thread never rests; with it, the engine thread wakes up cold. */
  @ParameterizedTest
  @ValueSource(longs = {0, 2_000_000})
  void stepOf256SequencesStaysInItsBudget(long latencyNanos) throws Exception {
    Device device = new Device(latencyNanos);
    LongAdder delivered = new LongAdder();
    EngineConfig config =
        new EngineConfig(1024, 512, NUM_SEQUENCES, new EngineConfig.Queue(1024, 1 << 20));
    try (Engine engine = Engine.start(device, config, NanoClock.SYSTEM, EngineObserver.NONE)) {
      for (int i = 0; i < NUM_SEQUENCES; i++) {
        engine.submit(
            EndlessRequests.request(i, Device.MAX_CONTEXT),
            new EndlessRequests.Counting(delivered));
      }
      device.done.await();
    }
    long[] nanos = device.nanos;
    Arrays.sort(nanos);
    double bytes = (double) device.allocated / NUM_STEPS / NUM_SEQUENCES;
    System.out.printf(
        "engine overhead, %d sequences, latency %.1f ms: median %.1f us, p90 %.1f us, p99 %.1f us;"
            + " %.0f bytes a step and sequence; %d tokens delivered%n",
        NUM_SEQUENCES,
        latencyNanos / 1e6,
        nanos[NUM_STEPS / 2] / 1e3,
        nanos[NUM_STEPS * 9 / 10] / 1e3,
        nanos[NUM_STEPS * 99 / 100] / 1e3,
        bytes,
        delivered.sum());
    assertThat(delivered.sum()).as("consumers are live").isPositive();
    assertThat(nanos[NUM_STEPS / 2]).as("median nanos").isLessThanOrEqualTo(MEDIAN_BUDGET_NANOS);
    assertThat(bytes).as("bytes a step and sequence").isLessThanOrEqualTo(BYTES_BUDGET);
  }

  /** Takes two steps and looks at the clock around them; draws the same token for all. */
  private static final class Device implements StepRunner {
    static final int MAX_CONTEXT = 1 << 15;

    final CountDownLatch done = new CountDownLatch(1);
    final long[] nanos = new long[NUM_STEPS];
    long allocated;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long latencyNanos;
    private final Tokens[] tokens = new Tokens[NUM_SEQUENCES + 1];
    private final int[] drawing = new int[2];
    private long numSubmitted;
    private long numFull;
    private long readyNanos;
    private long awaitedNanos;

    Device(long latencyNanos) {
      this.latencyNanos = latencyNanos;
      for (int i = 0; i <= NUM_SEQUENCES; i++) {
        boolean[] valid = new boolean[i];
        Arrays.fill(valid, true);
        int[] ids = new int[i];
        Arrays.fill(ids, 7);
        tokens[i] = new Tokens(ids, valid);
      }
    }

    @Override
    public Ticket submit(Batch batch) {
      final long now = System.nanoTime();
      if (batch.numGenerated() == NUM_SEQUENCES) {
        measure(now - awaitedNanos);
      }
      int numDrawing = 0;
      for (Batch.Entry entry : batch.entries()) {
        numDrawing += entry.draw() != null ? 1 : 0;
      }
      drawing[(int) (numSubmitted % 2)] = numDrawing;
      readyNanos = Math.max(readyNanos, now) + latencyNanos;
      return new Ticket(numSubmitted++);
    }

    private void measure(long spentNanos) {
      long step = numFull++ - NUM_WARM_UP;
      if (step == 0) {
        allocated = -allocatedBytes();
      }
      if (step >= 0 && step < NUM_STEPS) {
        nanos[(int) step] = spentNanos;
      } else if (step == NUM_STEPS) {
        allocated += allocatedBytes();
        done.countDown();
      }
    }

    private long allocatedBytes() {
      return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    @Override
    public Tokens await(Ticket ticket) {
      long ready = readyNanos - latencyNanos * (numSubmitted - 1 - ticket.step());
      for (long left = ready - System.nanoTime(); left > 0; left = ready - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      Tokens drawn = tokens[drawing[(int) (ticket.step() % 2)]];
      awaitedNanos = System.nanoTime();
      return drawn;
    }

    @Override
    public Limits limits() {
      return new Limits(1024, NUM_SEQUENCES, MAX_CONTEXT, NUM_SEQUENCES * 512, 32_000);
    }

    @Override
    public int maxInFlight() {
      return 2;
    }

    @Override
    public void close() {}
  }
}
