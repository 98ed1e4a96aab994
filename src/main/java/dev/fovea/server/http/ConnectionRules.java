package dev.fovea.server.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The deadlines of one HTTP/1 connection: for the head of a request that has begun, and for the
 * time without any request. A request that is computed, however long, is under neither. HTTP/2 has
 * the server's own idle timeout. On the connection's event loop.
 */
final class ConnectionRules extends ChannelInboundHandlerAdapter {
  private final Duration headerTimeout;
  private final Duration idleTimeout;
  private ChannelHandlerContext connection;
  private RequestHeads heads;
  private Future<?> deadline;
  private boolean hasBegun;
  private boolean isIdle;
  private boolean isReceiving;
  private int numUnanswered;

  ConnectionRules(Duration headerTimeout, Duration idleTimeout) {
    this.headerTimeout = headerTimeout;
    this.idleTimeout = idleTimeout;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    connection = context;
    setDeadline(headerTimeout, this::headIsLate);
    context.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    if (!hasBegun) {
      hasBegun = true;
      context.pipeline().addLast(new ProtocolChosen());
    } else if (isIdle) {
      isIdle = false;
      setDeadline(headerTimeout, this::headIsLate);
    }
    context.fireChannelRead(bytes);
  }

  /** The connection is closed, or upgraded to HTTP/2. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    clearDeadline();
  }

  /** The head of a request is complete. */
  void requestBegan() {
    clearDeadline();
    isIdle = false;
    isReceiving = true;
    numUnanswered++;
  }

  /** The body is complete. */
  void requestEnded() {
    isReceiving = false;
    idleIfDone();
  }

  void answerEnded() {
    numUnanswered--;
    idleIfDone();
  }

  /** Requests whose answers have not ended. */
  int numUnanswered() {
    return numUnanswered;
  }

  /** A body that nobody waits for any more has no longer than the next request. */
  private void idleIfDone() {
    if (numUnanswered == 0) {
      isIdle = !isReceiving;
      setDeadline(idleTimeout, () -> connection.close());
    }
  }

  /** A connection on which nothing was said needs no answer. */
  private void headIsLate() {
    if (heads == null) {
      connection.close();
    } else {
      heads.refuse(HttpErrors.of(408));
    }
  }

  private void setDeadline(Duration after, Runnable task) {
    clearDeadline();
    deadline = connection.executor().schedule(task, after.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void clearDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  /**
   * Stands behind the server's look at the first bytes, which has put the handlers of one protocol
   * behind this one when the bytes come here.
   */
  private final class ProtocolChosen extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      ChannelHandlerContext encoder = context.pipeline().context(HttpResponseEncoder.class);
      if (encoder == null) {
        clearDeadline();
      } else {
        heads = new RequestHeads(ConnectionRules.this);
        context.pipeline().addAfter(encoder.name(), null, heads);
      }
      context.pipeline().remove(this);
      context.fireChannelRead(bytes);
    }
  }
}
