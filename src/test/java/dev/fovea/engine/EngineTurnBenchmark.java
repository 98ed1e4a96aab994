package dev.fovea.engine;

import dev.fovea.bench.EndlessRequests;
import dev.fovea.model.Batch;
import dev.fovea.model.StepRunner;
import dev.fovea.model.Tokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A turn of the engine thread while 256 sequences decode, over a device that takes no time: all the
 * Java between a step's end and the end of the next one's submission. The delivery thread calls
 * their listeners beside it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class EngineTurnBenchmark {
  private static final int NUM_SEQUENCES = 256;

  /** More than an iteration draws. */
  private static final int MAX_CONTEXT = 1 << 18;

  private final LongAdder delivered = new LongAdder();
  private EngineLoop loop;
  private Thread delivery;

  /** Sequences that have their first tokens. */
  @Setup(Level.Iteration)
  public void start() {
    EngineConfig config =
        new EngineConfig(1024, 512, NUM_SEQUENCES, new EngineConfig.Queue(1024, 1 << 20));
    Device device = new Device();
    Scheduler scheduler = new Scheduler(config, new PagePool(device.limits().numPages(), true));
    QueueBound queue = new QueueBound(config.queue(), NanoClock.SYSTEM);
    loop = new EngineLoop(device, scheduler, queue, NanoClock.SYSTEM, EngineObserver.NONE);
    delivery = new Thread(loop.delivery());
    delivery.start();
    List<Sequence> sequences = new ArrayList<>();
    for (int i = 0; i < NUM_SEQUENCES; i++) {
      Outlet outlet = new Outlet(new EndlessRequests.Counting(delivered));
      Timeline timeline = new Timeline(NanoClock.SYSTEM.nanos());
      sequences.add(
          new Sequence(EndlessRequests.request(i, MAX_CONTEXT), 0, MAX_CONTEXT, outlet, timeline));
      queue.enter(sequences.get(i).party(), 1, 100);
    }
    loop.submit(sequences);
    for (int i = 0; i < 1000; i++) {
      loop.turn();
    }
  }

  @TearDown(Level.Iteration)
  public void stop() throws InterruptedException {
    loop.close();
    loop.run();
    delivery.join();
    if (delivered.sumThenReset() == 0) {
      throw new IllegalStateException("no listener was called");
    }
  }

  @Benchmark
  public void turn() {
    loop.turn();
  }

  /** Takes no time and draws the same token for all. */
  private static final class Device implements StepRunner {
    private final Tokens[] tokens = new Tokens[NUM_SEQUENCES + 1];
    private final int[] drawing = new int[2];
    private long numSubmitted;

    Device() {
      for (int i = 0; i <= NUM_SEQUENCES; i++) {
        int[] ids = new int[i];
        boolean[] valid = new boolean[i];
        Arrays.fill(ids, 7);
        Arrays.fill(valid, true);
        tokens[i] = new Tokens(ids, valid);
      }
    }

    @Override
    public Ticket submit(Batch batch) {
      int numDrawing = 0;
      for (Batch.Entry entry : batch.entries()) {
        numDrawing += entry.draw() != null ? 1 : 0;
      }
      drawing[(int) (numSubmitted % 2)] = numDrawing;
      return new Ticket(numSubmitted++);
    }

    @Override
    public Tokens await(Ticket ticket) {
      return tokens[drawing[(int) (ticket.step() % 2)]];
    }

    @Override
    public Limits limits() {
      return new Limits(1024, NUM_SEQUENCES, MAX_CONTEXT, 1 << 20, 32_000);
    }

    @Override
    public int maxInFlight() {
      return 2;
    }

    @Override
    public void close() {}
  }
}
