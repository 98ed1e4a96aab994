package dev.fovea.server.http;

import io.quarkus.runtime.LaunchMode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The page's files and those of the API's description, out of memory: a server's usual way with
 * files on its class path is to unpack them to a temporary directory, where they could be replaced.
 * All readers share the same bytes.
 */
@Singleton
public final class PageFiles {
  private static final String HTML = "text/html;charset=utf-8";
  private static final String CSS = "text/css;charset=utf-8";
  private static final String SCRIPT = "text/javascript;charset=utf-8";
  private static final String ROOT = "META-INF/resources/";
  private static final String API_WITHOUT_SLASH = "/q/swagger-ui";
  private static final String API = API_WITHOUT_SLASH + "/";
  private static final String API_LIBRARY = ROOT + "openapi-ui/";

  private static final List<File> FILES =
      List.of(
          new File("/", ROOT + "index.html", HTML),
          new File("/index.html", ROOT + "index.html", HTML),
          new File("/app.css", ROOT + "app.css", CSS),
          new File("/app.js", ROOT + "app.js", SCRIPT),
          new File("/stream.js", ROOT + "stream.js", SCRIPT),
          new File("/icon.svg", ROOT + "icon.svg", "image/svg+xml"),
          new File(API, ROOT + "api/index.html", HTML),
          new File(API + "index.html", ROOT + "api/index.html", HTML),
          new File(API + "api.js", ROOT + "api/api.js", SCRIPT),
          new File(API + "swagger-ui.css", API_LIBRARY + "swagger-ui.css", CSS),
          new File(API + "swagger-ui-bundle.js", API_LIBRARY + "swagger-ui-bundle.js", SCRIPT));

  private final Map<String, Loaded> files = new HashMap<>();

  /**
   * @param path in the address
   * @param resource on the class path
   */
  private record File(String path, String resource, String type) {}

  private record Loaded(File file, Buffer bytes) {}

  void install(@Observes Router router) {
    FILES.forEach(file -> files.put(file.path(), new Loaded(file, read(file.resource()))));
    router.route().order(HttpRoutes.BEFORE_ALL + 1).handler(this::answer);
  }

  private void answer(RoutingContext request) {
    String path = request.normalizedPath();
    Loaded found = files.get(path);
    if (found != null) {
      send(request, found);
    } else if (path.equals(API_WITHOUT_SLASH)) {
      // Relative, for a proxy that serves all of this under a prefix.
      request.response().setStatusCode(302).putHeader("Location", "swagger-ui/").end();
    } else if (path.startsWith(API_WITHOUT_SLASH)) {
      // In development and in tests the framework has a page of its own behind this.
      request.fail(404);
    } else {
      request.next();
    }
  }

  private static void send(RoutingContext request, Loaded found) {
    HttpMethod method = request.request().method();
    if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
      request.response().putHeader("Allow", "GET, HEAD");
      request.fail(405);
      return;
    }
    boolean mayChange = LaunchMode.current() == LaunchMode.DEVELOPMENT;
    request
        .response()
        .putHeader("Content-Type", found.file().type())
        .end(mayChange ? read(found.file().resource()) : found.bytes());
  }

  private static Buffer read(String resource) {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    try (InputStream in = loader.getResourceAsStream(resource)) {
      if (in == null) {
        throw new FileNotFoundException(resource);
      }
      return Buffer.buffer(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
