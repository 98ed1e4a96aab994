package dev.fovea.server.http;

import dev.fovea.server.FoveaConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;

/**
 * The deadlines of one HTTP/1 connection: for the head of a request that has begun, and for the
 * time without any request. A request that is computed, however long, is under neither. Of HTTP/2
 * {@link StreamRules} takes over. On the connection's event loop.
 */
final class ConnectionRules extends ChannelInboundHandlerAdapter {
  private final ConnectionLife life;
  private final FoveaConfig.Limits limits;
  private RequestHeads heads;
  private boolean hasBegun;
  private boolean isBetweenRequests;
  private boolean isReceiving;
  private int numUnanswered;

  ConnectionRules(ConnectionLife life, FoveaConfig.Limits limits) {
    this.life = life;
    this.limits = limits;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    life.idle(limits.headerTimeout(), this::headIsLate);
    context.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) {
    if (!hasBegun) {
      hasBegun = true;
      context.pipeline().addLast(new ProtocolChosen());
    } else if (isBetweenRequests) {
      isBetweenRequests = false;
      life.busy();
      life.idle(limits.headerTimeout(), this::headIsLate);
    }
    context.fireChannelRead(bytes);
  }

  /** The connection is closed, or upgraded to HTTP/2: then everything of HTTP/1 goes with this. */
  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    life.clearDeadline();
    if (context.channel().isActive()) {
      context.pipeline().addFirst(new SocketGuard(life, limits.readerPatience()));
      guardStreams(context.pipeline());
    }
  }

  /** The head of a request is complete. */
  void requestBegan() {
    life.busy();
    isBetweenRequests = false;
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

  /** No more is taken from it; it is closed once its client has had time to read. */
  void lastAnswerEnded(Runnable close) {
    life.idle(RequestHeads.LINGER, close);
  }

  /** Requests whose answers have not ended. */
  int numUnanswered() {
    return numUnanswered;
  }

  ConnectionLife life() {
    return life;
  }

  /** A body that nobody waits for any more has no longer than the next request. */
  private void idleIfDone() {
    if (numUnanswered == 0) {
      isBetweenRequests = !isReceiving;
      life.idle(limits.idleTimeout(), life::close);
    }
  }

  /** A connection on which nothing was said needs no answer. */
  private void headIsLate() {
    life.count(ConnectionCounts.End.LATE);
    if (heads == null) {
      life.close();
    } else {
      heads.refuse(HttpErrors.of(408));
    }
  }

  private void guardStreams(ChannelPipeline pipeline) {
    ChannelHandlerContext http2 = pipeline.context(Http2ConnectionHandler.class);
    pipeline.addBefore(http2.name(), null, new StreamRules(life, limits));
  }

  /**
   * Stands behind the server's look at the first bytes, which has put the handlers of one protocol
   * behind this one when the bytes come here.
   */
  private final class ProtocolChosen extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      ChannelPipeline pipeline = context.pipeline();
      ChannelHandlerContext encoder = pipeline.context(HttpResponseEncoder.class);
      if (encoder == null) {
        guardStreams(pipeline);
      } else {
        heads = new RequestHeads(ConnectionRules.this);
        pipeline.addAfter(encoder.name(), null, heads);
      }
      pipeline.remove(this);
      context.fireChannelRead(bytes);
    }
  }
}
