package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.model.Batch;
import dev.fovea.model.MemoryPlan;
import dev.fovea.model.StepRunner;
import dev.fovea.model.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

/** Measuring a device whose costs are known; a quarter more goes into the table. */
class PrefillProbeTest {
  private static final int MAX_CONTEXT = 16_384;

  @Test
  void tableIsWhatTheDeviceTakesUpToTheFirstSizeBeyondTheTarget() {
    Device device = new Device(800, 8, 0, MAX_CONTEXT);
    assertThat(measure(device, 2048, 4000))
        .hasToString(table(new int[] {8192}, new double[1][4]).toString());
    assertThat(device.sizes).startsWith(64, 64, 128, 128, 256, 256, 512, 512);
  }

  @Test
  void deviceBesideItsHostTakesNoLongerWhenTheHostServes() {
    Device device = new Device(800, 8, 0, MAX_CONTEXT);
    device.maxInFlight = 2;
    assertThat(measure(device, 256, 4000).toString())
        .contains("[64, 128, 256] take [1312.0, 1824.0, 2848.0] ns");
  }

  @Test
  void contextIsMeasuredByEveryPieceThatIsShortEnough() {
    Device device = new Device(800, 8, 1.0 / 8192, MAX_CONTEXT);
    assertThat(measure(device, 2048, 4000))
        .hasToString(table(new int[] {8192}, new double[][] {{80, 160, 320, 640}}).toString());
    assertThat(device.contexts).endsWith(8192, 8192, 8192, 8192, 8192, 8192, 8192, 8192);
    assertThat(device.sizes).endsWith(64, 64, 128, 128, 256, 256, 512, 512);
  }

  @Test
  void whatWouldTakeLongerThanTwiceTheTargetIsReckoned() {
    Device device = new Device(800, 8, 1.0 / 1024, 1 << 17);
    assertThat(measure(device, 2048, 4000))
        .hasToString(
            table(
                    new int[] {8192, 65_536},
                    new double[][] {{640, 1280, 2560, 5120}, {5120, 10_240, 20_480, 40_960}})
                .toString());
    assertThat(device.contexts).as("of 64 tokens alone").endsWith(8192, 65_536, 65_536);
  }

  @Test
  void deviceBesideItsHostIsAskedOnceBehindAShortContextToo() {
    Device device = new Device(800, 8, 1.0 / 8192, MAX_CONTEXT);
    device.maxInFlight = 2;
    assertThat(measure(device, 128, 4000).toString())
        .contains("behind [1024, 8192] tokens [[8.0, 16.0], [64.0, 128.0]] ns more");
    assertThat(device.contexts).endsWith(1024, 1024, 1024, 8192, 8192, 8192);
  }

  @Test
  void contextsReachHalfOfTheLongestSequence() {
    Device device = new Device(800, 8, 0.25, 1000);
    assertThat(measure(device, 2048, 1_000_000).toString())
        .contains("behind [500] tokens [[10000.0, 20000.0, 40000.0, 80000.0]] ns more");
    assertThat(device.sizes).as("512 and 500 are too many").endsWith(64, 64, 128, 128, 256, 256);
  }

  /** A device that walks a long context with more of itself than a short one. */
  @Test
  void contextsNeedNotBeInProportion() {
    Device device = new Device(800, 8, 1.0 / 1024, 1 << 17);
    device.walked = context -> Math.min(context, 8192) + Math.max(0, context - 8192) / 8;
    assertThat(measure(device, 2048, 4000).toString())
        .contains("[[640.0, 1280.0, 2560.0, 5120.0], [1200.0, 2400.0, 4800.0, 9600.0]]");
    assertThat(device.sizes).endsWith(64, 64, 128, 128);
  }

  @Test
  void sizesEndAtTheChunkAndAtTheContext() {
    assertThat(measure(new Device(800, 8, 0, MAX_CONTEXT), 256, 1_000_000).toString())
        .contains("[64, 128, 256]");
    assertThat(measure(new Device(800, 8, 0, 128), 2048, 1_000_000).toString())
        .contains("[64, 128]");
    assertThat(measure(new Device(800, 8, 0, MAX_CONTEXT), 20, 1_000_000).toString())
        .contains("[20]");
  }

  @Test
  void firstSizeIsInTheTableHoweverLongItTakes() {
    assertThat(measure(new Device(800, 8, 0, MAX_CONTEXT), 2048, 1).toString())
        .contains("[64] take [1640.0] ns");
  }

  @Test
  void firstStepsOfASizeDoNotCount() {
    Device device = new Device(800, 8, 0, MAX_CONTEXT);
    device.noise = () -> device.sizes.size() % 2 == 1 ? 50_000 : 0;
    assertThat(measure(device, 256, 10_000).toString())
        .contains("[64, 128, 256] take [1640.0, 2280.0, 3560.0] ns");
  }

  @Test
  void smallSizesThatSaveHardlyAnyTimeAreNone() {
    assertThat(measure(new Device(4000, 8, 0, MAX_CONTEXT), 512, 100_000).toString())
        .as("5640, 6280, 7560 and 10120 ns")
        .contains("[256, 512] take [7560.0, 10120.0] ns");
  }

  @Test
  void smallSizesThatSaveTimeBehindManyTokensStay() {
    assertThat(measure(new Device(4000, 8, 0.25, MAX_CONTEXT), 512, 100_000).toString())
        .contains("[64, 128, 256, 512] take");
  }

  @Test
  void noiseNeverMakesMoreTokensLookCheaper() {
    Device device = new Device(800, 8, 0, MAX_CONTEXT);
    device.noise = () -> List.of(3, 4).contains(device.sizes.size()) ? 4000 : 0;
    assertThat(measure(device, 512, 10_000).toString())
        .contains("[64, 128, 256, 512] take [1640.0, 7280.0, 7280.0, 7280.0] ns");
  }

  @Test
  void withoutTargetNothingIsMeasured() {
    Device device = new Device(800, 8, 0, MAX_CONTEXT);
    assertThat(measure(device, 2048, 0)).isSameAs(PrefillCost.UNBOUNDED);
    assertThat(device.sizes).isEmpty();
  }

  /** 10 µs a token at first; then a hundred times as long, which must change nothing. */
  @Test
  void engineMeasuresBeforeItServesAndNeverAgain() throws Exception {
    AtomicLong now = new AtomicLong();
    AtomicLong perToken = new AtomicLong(10_000);
    List<Integer> pieces = new CopyOnWriteArrayList<>();
    FakeStepRunner.Script script =
        new FakeStepRunner.Script() {
          @Override
          public void onSubmit(long step, Batch batch) {
            now.addAndGet(perToken.get() * batch.numTokens());
            pieces.add(batch.numTokens());
          }
        };
    FakeStepRunner runner =
        new FakeStepRunner(new StepRunner.Limits(2048, 4, 4096, 64, 997), script);
    EngineConfig config =
        new EngineConfig(
            2048, 2048, 4, new EngineConfig.Queue(10, 10_000), Duration.ofMillis(1), true);
    try (Engine engine = Engine.start(runner, config, now::get, EngineObserver.NONE)) {
      assertThat(pieces).startsWith(64, 64, 128, 128);
      for (int round = 0; round < 3; round++) {
        pieces.clear();
        int[] prompt = new int[2000];
        Arrays.fill(prompt, round);
        Recorder recorder = new Recorder();
        engine.submit(EngineFixture.greedy(prompt, 1), recorder);
        recorder.await();
        assertThat(pieces).as("16 ms are 1,600 tokens").containsExactly(1536, 464);
        perToken.set(1_000_000);
      }
    }
  }

  /** What a device of 800 ns a step and 8 a token takes, with more for contexts. */
  private static PrefillCost table(int[] contexts, double[][] contextNanos) {
    double[] nanos = {1640, 2280, 3560, 6120};
    return new PrefillCost(
        new PieceTimes(new int[] {64, 128, 256, 512}, nanos, contexts, contextNanos), 4000);
  }

  private static PrefillCost measure(Device device, int chunkTokens, long targetNanos) {
    EngineConfig config =
        new EngineConfig(
            2048,
            chunkTokens,
            16,
            new EngineConfig.Queue(10, 1000),
            Duration.ofNanos(targetNanos),
            true);
    return PrefillProbe.measure(device, config, () -> device.now);
  }

  /** Moves its clock by what a step takes. */
  private static final class Device implements StepRunner {
    final List<Integer> sizes = new ArrayList<>();
    final List<Integer> contexts = new ArrayList<>();
    IntUnaryOperator walked = IntUnaryOperator.identity();
    LongSupplier noise = () -> 0;
    int maxInFlight = 1;
    private final long perStep;
    private final long perToken;
    private final double perPair;
    private final int maxContext;
    private long now;

    Device(long perStep, long perToken, double perPair, int maxContext) {
      this.perStep = perStep;
      this.perToken = perToken;
      this.perPair = perPair;
      this.maxContext = maxContext;
    }

    @Override
    public Ticket submit(Batch batch) {
      Batch.Entry piece = batch.entries().get(0);
      int count = piece.tokens().count();
      assertThat(batch.entries()).hasSize(1);
      assertThat(piece.contextBefore() + count).isLessThanOrEqualTo(maxContext);
      assertThat(piece.place().pages()).hasSize(MemoryPlan.pagesFor(piece.contextBefore() + count));
      sizes.add(count);
      contexts.add(piece.contextBefore());
      double pairs = (double) count * walked.applyAsInt(piece.contextBefore());
      now += perStep + perToken * count + Math.round(perPair * pairs);
      now += noise.getAsLong();
      return new Ticket(sizes.size());
    }

    @Override
    public Tokens await(Ticket ticket) {
      return new Tokens(new int[0], new boolean[0]);
    }

    @Override
    public Limits limits() {
      return new Limits(2048, 16, maxContext, 2048, 100);
    }

    @Override
    public int maxInFlight() {
      return maxInFlight;
    }

    @Override
    public void close() {}
  }
}
