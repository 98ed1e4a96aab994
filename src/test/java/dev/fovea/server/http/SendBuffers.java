package dev.fovea.server.http;

import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Bounds what the kernel takes from the server and holds for its clients, where a test wants it.
 */
@Singleton
public final class SendBuffers implements HttpServerOptionsCustomizer {
  private final int bytes;

  @Inject
  SendBuffers(@ConfigProperty(name = "test.send-buffer", defaultValue = "0") int bytes) {
    this.bytes = bytes;
  }

  @Override
  public void customizeHttpServer(HttpServerOptions options) {
    if (bytes > 0) {
      options.setSendBufferSize(bytes);
    }
  }
}
