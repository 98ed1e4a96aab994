package dev.fovea.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.FileRegion;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The first handler of every connection, next to its socket: cuts off a client that does not take
 * what is written to it, whatever that is, and keeps a client's reset from being logged as a
 * failure of the server's. On the connection's event loop.
 */
final class SocketGuard extends ChannelDuplexHandler {
  private static final int LOOKS_PER_PATIENCE = 5;

  private final ConnectionLife life;
  private final ReadProgress progress;
  private final long lookNanos;
  private Future<?> looks;
  private long writtenBytes;

  SocketGuard(ConnectionLife life, Duration patience) {
    this.life = life;
    progress = new ReadProgress(patience);
    lookNanos = Math.max(1, patience.toNanos() / LOOKS_PER_PATIENCE);
  }

  @Override
  public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
    writtenBytes += sizeOf(message);
    context.write(message, promise);
  }

  @Override
  public void flush(ChannelHandlerContext context) {
    context.flush();
    if (looks == null && waitingBytes(context) > 0) {
      look(context);
      looks =
          context
              .executor()
              .scheduleAtFixedRate(() -> look(context), lookNanos, lookNanos, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof IOException) {
      life.close(ConnectionCounts.End.RESET);
    } else {
      context.fireExceptionCaught(cause);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    stopLooking();
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    stopLooking();
  }

  private void look(ChannelHandlerContext context) {
    long waiting = waitingBytes(context);
    if (waiting == 0) {
      stopLooking();
    } else if (progress.isLost(
        System.nanoTime(), writtenBytes - waiting, ReadProgress.STEP_BYTES)) {
      stopLooking();
      life.cut(ConnectionCounts.End.UNREAD);
    }
  }

  private void stopLooking() {
    progress.caughtUp();
    if (looks != null) {
      looks.cancel(false);
      looks = null;
    }
  }

  /** Flushed, and not taken by the operating system. */
  private static long waitingBytes(ChannelHandlerContext context) {
    ChannelOutboundBuffer queue = context.channel().unsafe().outboundBuffer();
    if (queue == null || queue.isEmpty()) {
      return 0;
    }
    long[] sum = new long[1];
    try {
      queue.forEachFlushedMessage(
          message -> {
            sum[0] += sizeOf(message);
            return true;
          });
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return sum[0];
  }

  /** Of a message that is partly taken, the rest. */
  private static long sizeOf(Object message) {
    if (message instanceof ByteBuf bytes) {
      return bytes.readableBytes();
    }
    return message instanceof FileRegion file ? file.count() - file.transferred() : 0;
  }
}
