package dev.fovea.server.http;

import dev.fovea.server.FoveaConfig;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.quarkus.vertx.http.HttpServerStart;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Puts {@link ConnectionRules} before every connection that the HTTP server accepts, and bounds how
 * many there are. Neither a router nor a setting reaches what they decide: a request that is no
 * HTTP, or never complete, does not come as far as a router, and Quarkus lets nobody set the
 * server's handler for it.
 */
@Singleton
public final class Connections {
  private static final Duration PAUSE = Duration.ofMillis(5);

  private final VertxInternal vertx;
  private final FoveaConfig.Limits limits;
  private final ConnectionCounts counts;
  private final ConnectionCensus census;

  @Inject
  Connections(Vertx vertx, FoveaConfig config, ConnectionCounts counts) {
    this.vertx = (VertxInternal) vertx;
    this.limits = config.limits();
    this.counts = counts;
    census = new ConnectionCensus(ConnectionLimits.of(limits));
  }

  void guard(@ObservesAsync HttpServerStart started) {
    forEachListener(listener -> listener.pipeline().addFirst(new Accepting()));
  }

  /** Connections that are open. */
  public int numOpen() {
    return census.numOpen();
  }

  /**
   * Accepts no more connections, so that a client which comes now is refused by the operating
   * system instead of being cut when the process ends. Blocks until that is so; those that are
   * accepted stay.
   */
  public void refuse() {
    forEachListener(Channel::close);
  }

  private void forEachListener(Consumer<Channel> action) {
    for (EventExecutor thread : vertx.getAcceptorEventLoopGroup()) {
      thread
          .submit(
              () ->
                  ((SingleThreadEventLoop) thread)
                      .registeredChannelsIterator()
                      .forEachRemaining(
                          channel -> {
                            if (channel instanceof ServerChannel) {
                              action.accept(channel);
                            }
                          }))
          .syncUninterruptibly();
    }
  }

  /** Sees accepted connections before the server does. */
  private final class Accepting extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext server, Object accepted) {
      Channel channel = (Channel) accepted;
      ConnectionLife life = new ConnectionLife(channel, census, counts);
      switch (census.admit(life)) {
        case REFUSED -> {
          counts.count(ConnectionCounts.End.REFUSED);
          channel.unsafe().closeForcibly();
          return;
        }
        case PROBES_ONLY -> life.serveProbesOnly();
        case SERVED -> {}
      }
      channel.closeFuture().addListener(closed -> census.gone(life));
      channel
          .pipeline()
          .addLast(
              new SocketGuard(life, limits.readerPatience()), new ConnectionRules(life, limits));
      server.fireChannelRead(accepted);
      if (census.isCrowded()) {
        pause(server);
      }
    }

    /** The operating system keeps those who come meanwhile. */
    private static void pause(ChannelHandlerContext server) {
      server.channel().config().setAutoRead(false);
      server
          .executor()
          .schedule(
              () -> server.channel().config().setAutoRead(true),
              PAUSE.toMillis(),
              TimeUnit.MILLISECONDS);
    }
  }
}
