package dev.fovea.server.http;

import dev.fovea.server.FoveaConfig;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * What HTTP/2 clients are told they may do, and what of it the server leaves to {@link HttpRoutes}.
 */
@Singleton
public final class ProtocolOptions implements HttpServerOptionsCustomizer {
  /** Beyond it the protocol's own refusal has no body; {@link HttpRoutes} refuses less. */
  private static final int MAX_HEADERS_BYTES = 64 * 1024;

  /** Linux takes twice as much, and megabytes if nothing is said. */
  private static final int SEND_BUFFER_BYTES = 128 * 1024;

  private final FoveaConfig.Limits limits;

  @Inject
  ProtocolOptions(FoveaConfig config) {
    limits = config.limits();
  }

  @Override
  public void customizeHttpServer(HttpServerOptions options) {
    if (options.getSendBufferSize() < 0) {
      options.setSendBufferSize(SEND_BUFFER_BYTES);
    }
    options
        .getInitialSettings()
        .setMaxConcurrentStreams(limits.maxStreams())
        .setMaxHeaderListSize(MAX_HEADERS_BYTES);
  }

  @Override
  public void customizeHttpsServer(HttpServerOptions options) {
    customizeHttpServer(options);
  }
}
