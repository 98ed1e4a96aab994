package dev.fovea.server.bench.serve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.fovea.kernel.Processor;
import dev.fovea.server.Version;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Sends a plan's requests and takes their answers, all on the thread that runs it; used once. */
public final class LoadGenerator {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;
  private static final long MAX_WAIT_NANOS = SECOND;

  // Where clients leave by the clock, it is looked at so often.
  private static final long LEAVE_NANOS = MILLI;

  // With many open it looks at them at most so often: a wake-up for every event costs too much.
  private static final int MANY_CONNECTIONS = 64;
  private static final long ROUND_NANOS = MILLI / 4;

  private final LoadPlan plan;
  private final StreamSink sink;
  private final InetSocketAddress address;
  private final Workload workload;
  private final Arrivals arrivals;
  private final Tally tally;
  private final AnswerTimes times = new AnswerTimes();
  private final boolean hasLeaving;
  private final long warmUp;
  private final long deadline;
  private final long timeout;

  private final ByteBuffer direct = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final byte[] heap = new byte[BUFFER_BYTES];
  private final Consumer<SelectionKey> whenReady = this::serve;
  private final Set<Connection> busy = new HashSet<>();
  private final Deque<Connection> idle = new ArrayDeque<>();

  private Selector selector;
  private long origin;
  private long numStarted;
  private long lastRound;
  private long nextExpiry;
  private long nextLeave;

  /**
   * @param sink sees what comes
   */
  public LoadGenerator(LoadPlan plan, StreamSink sink) {
    this(plan, null, sink);
  }

  /**
   * @param apiKey that every request shows, and no report; null: none
   * @param sink sees what comes
   */
  public LoadGenerator(LoadPlan plan, String apiKey, StreamSink sink) {
    this.plan = plan;
    this.sink = sink;
    address = new InetSocketAddress(plan.target().host(), plan.target().port());
    workload = new Workload(plan, apiKey);
    arrivals = Arrivals.of(plan);
    tally = new Tally(plan.slo());
    hasLeaving = plan.shape().cancelRatio() > 0;
    warmUp = (long) (plan.extent().warmUpSeconds() * SECOND);
    deadline = plan.extent().endNanos();
    timeout = (long) (plan.extent().timeoutSeconds() * SECOND);
  }

  /**
   * Runs the plan to the last answer.
   *
   * @param server what it says of itself, for the report; may be null
   * @throws IOException if this machine has no more sockets
   */
  public LoadReport run(JsonNode server) throws IOException {
    Instant time = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    ProcessCost cost = ProcessCost.start();
    origin = System.nanoTime();
    try (Selector opened = Selector.open()) {
      selector = opened;
      while (isStarting(now()) || !busy.isEmpty()) {
        startDue();
        await();
        leave();
        expire();
      }
      closeIdle();
    }
    return new LoadReport(
        new LoadReport.Origin(
            Version.ofThis(),
            time.toString(),
            String.format(
                Locale.ROOT,
                "%s, %d processors",
                Processor.name(),
                Runtime.getRuntime().availableProcessors()),
            System.getProperty("java.runtime.version"),
            cost.cores()),
        server,
        plan,
        tally.requests(),
        tally.cuts(),
        tally.tokens(),
        tally.rates(),
        tally.latencies(),
        tally.failures(),
        tally.secondCounts().seconds());
  }

  private boolean isStarting(long now) {
    return tally.numMeasured() < plan.extent().maxRequests()
        && (now < deadline || arrivals.next() < deadline);
  }

  private void startDue() throws IOException {
    long now = now();
    while (isStarting(now) && arrivals.next() <= now) {
      long due = arrivals.next();
      arrivals.started();
      Exchange exchange = new Exchange(numStarted++, workload.next(), due, due >= warmUp);
      tally.started(exchange, now);
      Connection connection = idle.pollLast();
      if (connection == null) {
        open(exchange);
      } else {
        busy.add(connection);
        connection.begin(exchange);
        attempt(connection, () -> send(connection));
      }
      now = now();
    }
  }

  private void open(Exchange exchange) throws IOException {
    SocketChannel channel = SocketChannel.open();
    channel.configureBlocking(false);
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    Connection connection = new Connection(channel, tally, sink);
    busy.add(connection);
    connection.begin(exchange);
    channel.register(selector, SelectionKey.OP_CONNECT, connection);
    attempt(
        connection,
        () -> {
          if (channel.connect(address)) {
            send(connection);
          }
        });
  }

  /** What may fail as connections do. */
  private interface Attempt {
    void run() throws IOException;
  }

  private void attempt(Connection connection, Attempt attempt) throws IOException {
    try {
      attempt.run();
    } catch (IOException e) {
      lost(connection, e);
    }
  }

  /** Waits for answers, or for the next request to be due. */
  private void await() throws IOException {
    if (busy.size() >= MANY_CONNECTIONS) {
      LockSupport.parkNanos(lastRound + ROUND_NANOS - now());
    }
    long now = now();
    long due = isStarting(now) ? arrivals.next() : Long.MAX_VALUE;
    long millis = Math.min(hasLeaving ? LEAVE_NANOS : MAX_WAIT_NANOS, due - now) / MILLI;
    if (millis > 0) {
      selector.select(whenReady, millis);
    } else if (selector.selectNow(whenReady) == 0) {
      LockSupport.parkNanos(Math.min(due - now(), ROUND_NANOS));
    }
    lastRound = now();
  }

  private void serve(SelectionKey key) {
    Connection connection = (Connection) key.attachment();
    try {
      if (key.isReadable()) {
        receive(connection);
      } else {
        if (key.isConnectable()) {
          connection.channel().finishConnect();
        }
        send(connection);
      }
    } catch (IOException e) {
      lost(connection, e);
    }
  }

  private void send(Connection connection) throws IOException {
    boolean isSent = connection.send();
    key(connection).interestOps(SelectionKey.OP_READ | (isSent ? 0 : SelectionKey.OP_WRITE));
    if (isSent && connection.exchange().isCut()) {
      ended(connection, CallOutcome.CANCELLED);
    }
  }

  private void receive(Connection connection) throws IOException {
    CallOutcome outcome = connection.receive(direct, heap, now());
    if (outcome != null) {
      ended(connection, outcome);
    } else if (key(connection).interestOps() != SelectionKey.OP_READ) {
      send(connection);
    }
  }

  private void ended(Connection connection, CallOutcome outcome) {
    Exchange exchange = connection.exchange();
    busy.remove(connection);
    if (connection.release()) {
      idle.addLast(connection);
    } else {
      close(connection);
    }
    finish(exchange, outcome);
  }

  private void finish(Exchange exchange, CallOutcome outcome) {
    long now = now();
    if (outcome == CallOutcome.COMPLETED) {
      times.completed(exchange.call().outputTokens(), now - exchange.due());
    }
    tally.ended(exchange, outcome, now);
    arrivals.ended(now, outcome.isFailure());
    sink.ended(exchange.index(), outcome);
  }

  private void lost(Connection connection, IOException why) {
    close(connection);
    if (!busy.remove(connection)) {
      idle.remove(connection);
      return;
    }
    Exchange exchange = connection.exchange();
    if (connection.isWorthAnotherTry()) {
      reopen(exchange);
      return;
    }
    exchange.error(why.getMessage());
    finish(exchange, connection.isConnected() ? CallOutcome.CUT_SHORT : CallOutcome.UNREACHABLE);
  }

  private void reopen(Exchange exchange) {
    try {
      open(exchange);
    } catch (IOException e) {
      exchange.error(e.getMessage());
      finish(exchange, CallOutcome.UNREACHABLE);
    }
  }

  /** Lets the clients go that have come, by the clock, to where they leave. */
  private void leave() {
    long now = now();
    if (!hasLeaving || now < nextLeave) {
      return;
    }
    nextLeave = now + LEAVE_NANOS;
    busy.stream()
        .filter(connection -> connection.exchange().isCut(times, now))
        .toList()
        .forEach(connection -> ended(connection, CallOutcome.CANCELLED));
  }

  /** Gives up, once a second, what has waited too long. */
  private void expire() {
    long now = now();
    if (now < nextExpiry) {
      return;
    }
    nextExpiry = now + SECOND;
    for (Connection connection : new ArrayList<>(busy)) {
      if (now - connection.exchange().due() > timeout) {
        ended(connection, CallOutcome.TIMED_OUT);
      }
    }
  }

  private void closeIdle() {
    idle.forEach(this::close);
  }

  private void close(Connection connection) {
    try {
      connection.channel().close();
    } catch (IOException e) {
      // It is gone either way, and its request has its own end.
    }
  }

  private SelectionKey key(Connection connection) {
    return connection.channel().keyFor(selector);
  }

  private long now() {
    return System.nanoTime() - origin;
  }
}
