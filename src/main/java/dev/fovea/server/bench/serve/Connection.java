package dev.fovea.server.bench.serve;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** One connection, with at most one request at a time. */
final class Connection implements AnswerReader.Listener, EventReader.Listener {
  private final SocketChannel channel;
  private final Tally tally;
  private final StreamSink sink;
  private final AnswerReader answers = new AnswerReader(this);
  private final EventReader events;
  private final ByteArrayOutputStream whole = new ByteArrayOutputStream();

  private Exchange exchange;
  private ByteBuffer unsent;
  private boolean isConnected;
  private boolean isFresh = true;
  private boolean hasEnded;
  private long now;

  Connection(SocketChannel channel, Tally tally, StreamSink sink) {
    this.channel = channel;
    this.tally = tally;
    this.sink = sink;
    events = new EventReader(this);
  }

  /** A request is to be sent. */
  void begin(Exchange next) {
    exchange = next;
    unsent = ByteBuffer.wrap(next.call().bytes());
    hasEnded = false;
    events.reset();
    whole.reset();
  }

  /** Sends what the connection takes; whether all is sent. */
  boolean send() throws IOException {
    channel.write(unsent);
    isConnected = true;
    return !unsent.hasRemaining();
  }

  /**
   * Reads what there is.
   *
   * @param direct a buffer to read into, empty
   * @param heap as large, to look at it in
   * @return null while the answer goes on
   * @throws IOException if the connection ended where it should not
   */
  CallOutcome receive(ByteBuffer direct, byte[] heap, long now) throws IOException {
    this.now = now;
    int length = channel.read(direct);
    if (length < 0) {
      if (answers.closed()) {
        return exchange.outcome();
      }
      throw new IOException("the server closed the connection");
    }
    direct.flip();
    direct.get(heap, 0, length);
    direct.clear();
    if (exchange == null) {
      throw new ProtocolException("an answer that nobody asked for");
    }
    try {
      answers.feed(heap, 0, length);
    } catch (NumberFormatException e) {
      throw new ProtocolException(e.getMessage());
    }
    if (exchange.isCut()) {
      return CallOutcome.CANCELLED;
    }
    return hasEnded ? exchange.outcome() : null;
  }

  /** The request's end: whether the connection can take another. */
  boolean release() {
    boolean isReusable = hasEnded && !answers.closes() && !unsent.hasRemaining();
    exchange = null;
    isFresh = false;
    return isReusable;
  }

  /** The server may have closed an idle connection while this request was on its way. */
  boolean isWorthAnotherTry() {
    return !isFresh && exchange != null && exchange.isUnanswered();
  }

  /** Whether something could be sent on it. */
  boolean isConnected() {
    return isConnected;
  }

  Exchange exchange() {
    return exchange;
  }

  SocketChannel channel() {
    return channel;
  }

  @Override
  public void head(int status) {
    exchange.head(status, now);
  }

  @Override
  public void body(byte[] bytes, int from, int to) throws ProtocolException {
    if (exchange.isAnswer()) {
      if (exchange.call().isWhole()) {
        whole.write(bytes, from, to - from);
      } else {
        events.feed(bytes, from, to);
      }
    } else {
      exchange.error(new String(bytes, from, to - from, StandardCharsets.UTF_8));
    }
  }

  @Override
  public void end() throws ProtocolException {
    hasEnded = true;
    if (!exchange.isAnswer()) {
      return;
    }
    if (exchange.call().isWhole()) {
      exchange.whole(whole.toByteArray());
    } else {
      events.end();
    }
  }

  @Override
  public void event(StreamEvent event) {
    exchange.told(event);
    if (!event.text().isEmpty() && !exchange.isCut()) {
      tally.event(exchange, now);
      sink.content(exchange.index(), event.text());
    }
  }

  @Override
  public void done() {
    exchange.done();
  }
}
