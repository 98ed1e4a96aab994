package dev.fovea.server.http;

import dev.fovea.server.FoveaConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What one HTTP/2 connection may take: streams at a time, time for the head of a request, time
 * without a request, time to read an answer, frames that ask for nothing. Stands before the
 * server's own handler, on the connection's event loop.
 */
final class StreamRules extends ChannelDuplexHandler {
  /** Within a header timeout; clients send a few. */
  private static final int MAX_IDLE_FRAMES = 1000;

  private static final int LOOKS_PER_PATIENCE = 5;

  private final ConnectionLife life;
  private final FoveaConfig.Limits limits;
  private final FrameScan inbound =
      new FrameScan(Http2CodecUtil.connectionPrefaceBuf().readableBytes(), this::received);
  private final FrameScan outbound = new FrameScan(0, this::sent);
  private ChannelHandlerContext context;
  private Http2ConnectionHandler http2;
  private Http2Connection.PropertyKey answerKey;
  private Future<?> headDeadline;
  private Future<?> looks;
  private long idleFramesSince = System.nanoTime();
  private int numIdleFrames;
  private boolean isEnded;

  /** How far the answer on one stream has come. */
  private static final class AnswerProgress {
    private final ReadProgress reading;
    private long sentBytes;
    private long endedNanos;

    AnswerProgress(ReadProgress reading) {
      this.reading = reading;
    }
  }

  StreamRules(ConnectionLife life, FoveaConfig.Limits limits) {
    this.life = life;
    this.limits = limits;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext added) {
    context = added;
    http2 = added.pipeline().get(Http2ConnectionHandler.class);
    Http2Connection connection = http2.connection();
    answerKey = connection.newKey();
    // The library would hold it against a client only once that has confirmed it.
    connection.remote().maxActiveStreams(limits.maxStreams());
    connection.addListener(
        new Http2ConnectionAdapter() {
          @Override
          public void onStreamActive(Http2Stream stream) {
            begin(stream);
          }

          @Override
          public void onStreamClosed(Http2Stream stream) {
            idleIfDone();
          }
        });
    if (connection.numActiveStreams() == 0) {
      life.idle(limits.headerTimeout(), () -> end(Http2Error.NO_ERROR, ConnectionCounts.End.LATE));
    } else {
      streams().forEach(this::begin);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext from, Object message) {
    if (message instanceof ByteBuf bytes) {
      boolean isFirst = inbound.numUnits() == 0;
      inbound.scan(bytes);
      boundHead();
      if (isFirst && inbound.numUnits() > 0) {
        idleIfDone();
      }
    }
    from.fireChannelRead(message);
  }

  @Override
  public void write(ChannelHandlerContext from, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes) {
      outbound.scan(bytes);
    }
    from.write(message, promise);
  }

  /** What was to be written to a stream that is closed by now is no reason to close the others. */
  @Override
  public void exceptionCaught(ChannelHandlerContext from, Throwable cause) {
    if (!(cause instanceof Http2Exception.StreamException)) {
      from.fireExceptionCaught(cause);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext from) {
    stop();
    from.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext from) {
    stop();
  }

  private void stop() {
    stopLooking();
    if (headDeadline != null) {
      headDeadline.cancel(false);
      headDeadline = null;
    }
  }

  private void received(int type, int streamId, int length) {
    if (type == FrameScan.DATA
        || type == FrameScan.HEADERS
        || type == FrameScan.CONTINUATION
        || type == FrameScan.RST_STREAM
        || type == FrameScan.WINDOW_UPDATE) {
      return;
    }
    long now = System.nanoTime();
    if (now - idleFramesSince > limits.headerTimeout().toNanos()) {
      idleFramesSince = now;
      numIdleFrames = 0;
    }
    if (++numIdleFrames == MAX_IDLE_FRAMES) {
      context
          .executor()
          .execute(() -> end(Http2Error.ENHANCE_YOUR_CALM, ConnectionCounts.End.MALFORMED));
    }
  }

  private void sent(int type, int streamId, int length) {
    if (type == FrameScan.DATA) {
      Http2Stream stream = http2.connection().stream(streamId);
      if (stream != null && stream.getProperty(answerKey) instanceof AnswerProgress answer) {
        answer.sentBytes += length;
      }
    } else if (type == FrameScan.GOAWAY && !isEnded) {
      isEnded = true;
      life.count(ConnectionCounts.End.MALFORMED);
    }
  }

  /** A head that has begun has its time, however many others come before or after it. */
  private void boundHead() {
    if (inbound.isUnfinished() && headDeadline == null) {
      long unit = inbound.numUnits();
      headDeadline =
          context
              .executor()
              .schedule(
                  () -> headIsDue(unit), limits.headerTimeout().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void headIsDue(long unit) {
    headDeadline = null;
    if (inbound.isUnfinished() && inbound.numUnits() == unit) {
      end(Http2Error.NO_ERROR, ConnectionCounts.End.LATE);
    } else {
      boundHead();
    }
  }

  private void begin(Http2Stream stream) {
    if (!life.mayServe()) {
      context
          .executor()
          .execute(() -> end(Http2Error.ENHANCE_YOUR_CALM, ConnectionCounts.End.REFUSED));
    }
    life.busy();
    stream.setProperty(answerKey, new AnswerProgress(new ReadProgress(limits.readerPatience())));
    if (looks == null) {
      long period = Math.max(1, limits.readerPatience().toNanos() / LOOKS_PER_PATIENCE);
      looks =
          context.executor().scheduleAtFixedRate(this::look, period, period, TimeUnit.NANOSECONDS);
    }
  }

  private void idleIfDone() {
    if (http2.connection().numActiveStreams() == 0 && context.channel().isActive()) {
      stopLooking();
      life.idle(limits.idleTimeout(), () -> end(Http2Error.NO_ERROR, null));
    }
  }

  private void stopLooking() {
    if (looks != null) {
      looks.cancel(false);
      looks = null;
    }
  }

  /** Ends the streams whose clients do not read, or go on sending what nobody waits for. */
  private void look() {
    List<Http2Stream> streams = streams();
    int step = ReadProgress.STEP_BYTES / Math.max(1, streams.size());
    long now = System.nanoTime();
    for (Http2Stream stream : streams) {
      if (stream.getProperty(answerKey) instanceof AnswerProgress answer) {
        look(stream, answer, step, now);
      }
    }
    context.flush();
  }

  private void look(Http2Stream stream, AnswerProgress answer, int step, long now) {
    if (!http2.encoder().flowController().hasFlowControlled(stream)) {
      answer.reading.caughtUp();
    } else if (answer.reading.isLost(now, answer.sentBytes, step)) {
      life.count(ConnectionCounts.End.UNREAD);
      reset(stream, Http2Error.CANCEL);
      return;
    }
    if (stream.state() != Http2Stream.State.HALF_CLOSED_LOCAL) {
      answer.endedNanos = now;
    } else if (now - answer.endedNanos > limits.idleTimeout().toNanos()) {
      reset(stream, Http2Error.NO_ERROR);
    }
  }

  private void reset(Http2Stream stream, Http2Error error) {
    ChannelHandlerContext handler = context.pipeline().context(http2);
    http2.encoder().writeRstStream(handler, stream.id(), error.code(), handler.newPromise());
  }

  private List<Http2Stream> streams() {
    List<Http2Stream> streams = new ArrayList<>();
    try {
      http2.connection().forEachActiveStream(streams::add);
    } catch (Http2Exception e) {
      throw new IllegalStateException(e);
    }
    return streams;
  }

  /** Says goodbye and closes at once: streams that are still open have had their time. */
  private void end(Http2Error error, ConnectionCounts.End reason) {
    if (isEnded || !context.channel().isActive()) {
      return;
    }
    isEnded = true;
    ChannelHandlerContext handler = context.pipeline().context(http2);
    int last = http2.connection().remote().lastStreamCreated();
    http2.goAway(handler, last, error.code(), Unpooled.EMPTY_BUFFER, handler.newPromise());
    context.flush();
    if (reason == null) {
      life.close();
    } else {
      life.close(reason);
    }
  }
}
