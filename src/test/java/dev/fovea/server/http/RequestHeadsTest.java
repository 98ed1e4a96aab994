package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestHeadsTest {
  private final List<Object> encoded = new ArrayList<>();
  private final ByteBuf bytes = Unpooled.buffer().writeByte(1);
  private ChannelFuture written;

  /** What the server says to a client that has just left goes nowhere, and nobody is told. */
  @Test
  void nothingIsEncodedForAClosedConnection() {
    EmbeddedChannel channel =
        new EmbeddedChannel(
            new ChannelOutboundHandlerAdapter() {
              @Override
              public void write(
                  ChannelHandlerContext context, Object message, ChannelPromise promise) {
                encoded.add(message);
              }
            },
            new RequestHeads(new ConnectionRules(null, null)),
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelInactive(ChannelHandlerContext context) {
                written = context.writeAndFlush(new DefaultHttpContent(bytes));
              }
            });

    channel.close();

    assertThat(written.cause()).isInstanceOf(ClosedChannelException.class);
    assertThat(bytes.refCnt()).isZero();
    assertThat(encoded).isEmpty();
  }
}
