package dev.fovea.server.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Whether a connection has something to do, and its one deadline while it has not; on its event
 * loop where nothing else is said.
 */
final class ConnectionLife {
  private final Channel channel;
  private final Object address;
  private final ConnectionCensus census;
  private final ConnectionCounts counts;
  private Future<?> deadline;
  private boolean isIdle;
  private boolean isForProbes;

  ConnectionLife(Channel channel, ConnectionCensus census, ConnectionCounts counts) {
    this.channel = channel;
    this.census = census;
    this.counts = counts;
    address = ConnectionCensus.addressOf(channel.remoteAddress());
  }

  /** Before it is active, on any thread. */
  void serveProbesOnly() {
    isForProbes = true;
  }

  /** Whether its next request may be any; if not, it may probe the server and nothing else. */
  boolean mayServe() {
    return census.busy(this) && !isForProbes;
  }

  /** What it counts under; any thread. */
  Object address() {
    return address;
  }

  /** Nothing is done for the client until its next request, which has so long to come. */
  void idle(Duration timeout, Runnable late) {
    isIdle = true;
    setDeadline(timeout, late);
    census.idle(this);
  }

  /** A request is received or answered; the deadline is off. */
  void busy() {
    isIdle = false;
    clearDeadline();
    census.busy(this);
  }

  /** At once, past the handlers, who would finish what they have begun. */
  void close() {
    channel.unsafe().close(channel.unsafe().voidPromise());
  }

  /** As {@link #close()}, for what the client has done, or not done. */
  void close(ConnectionCounts.End reason) {
    if (channel.isOpen()) {
      counts.count(reason);
      close();
    }
  }

  /** As {@link #close()}; what the operating system still holds for the client is dropped, too. */
  void cut(ConnectionCounts.End reason) {
    if (channel.isOpen()) {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
      close(reason);
    }
  }

  void count(ConnectionCounts.End reason) {
    counts.count(reason);
  }

  void clearDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  /** Makes room for another connection, unless it probes the server meanwhile; any thread. */
  void evict() {
    if (channel.isRegistered()) {
      channel.eventLoop().execute(this::leave);
    } else {
      census.stays(this);
    }
  }

  private void leave() {
    if (isIdle) {
      cut(ConnectionCounts.End.EVICTED);
    } else {
      census.stays(this);
    }
  }

  private void setDeadline(Duration timeout, Runnable late) {
    clearDeadline();
    deadline = channel.eventLoop().schedule(late, timeout.toMillis(), TimeUnit.MILLISECONDS);
  }
}
