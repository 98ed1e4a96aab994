package dev.fovea.server.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.fovea.server.Http;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A headless browser with one page, driven through the DevTools protocol. */
final class Chromium implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome");
  private static final List<String> QUIET =
      List.of(
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--disable-dev-shm-usage",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--remote-debugging-port=0");
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ObjectMapper json = new ObjectMapper();
  private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
  private final Process process;
  private final WebSocket socket;
  private String session;
  private int numCalls;

  private Chromium(Process process, URI devTools) {
    this.process = process;
    socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(devTools, new Receiver())
            .join();
  }

  /** Where the browser is, if the machine has one. */
  static Optional<Path> find() {
    return Stream.of(System.getenv("PATH").split(":"))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Starts the browser on an empty page. */
  static Chromium start(Path executable, Path profile) throws IOException {
    List<String> command =
        Stream.of(
                Stream.of(executable.toString()),
                QUIET.stream(),
                Stream.of("--user-data-dir=" + profile, "about:blank"))
            .flatMap(part -> part)
            .toList();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    Chromium chromium = new Chromium(process, devToolsOf(process));
    JsonNode target = chromium.call("Target.createTarget", Map.of("url", "about:blank"));
    JsonNode attached =
        chromium.call(
            "Target.attachToTarget",
            Map.of("targetId", target.get("targetId").asText(), "flatten", true));
    chromium.session = attached.get("sessionId").asText();
    return chromium;
  }

  /** The browser says its address once, among its complaints. */
  private static URI devToolsOf(Process process) throws IOException {
    String marker = "DevTools listening on ";
    BufferedReader output = process.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.startsWith(marker)) {
        Thread drain = new Thread(() -> output.lines().forEach(rest -> {}));
        drain.setDaemon(true);
        drain.start();
        return URI.create(line.substring(marker.length()));
      }
    }
    throw new IOException("the browser ended with " + process.exitValue());
  }

  void open(URI address) {
    call("Page.navigate", Map.of("url", address.toString()));
  }

  void reload() {
    call("Page.reload", Map.of());
  }

  /** The value of an expression, promises awaited. */
  JsonNode evaluate(String expression) {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
    if (answer.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + answer.get("exceptionDetails"));
    }
    return answer.path("result").path("value");
  }

  /** Waits until an expression is true. */
  void await(String condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!evaluate(
            "(() => { try { return Boolean(" + condition + ") } catch { return false } })()")
        .asBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "never became true: %s%nthe page: %s"
                .formatted(condition, evaluate("document.body.innerText").asText()));
      }
      Thread.sleep(20);
    }
  }

  /** Types as a keyboard does. */
  void type(String text) {
    call("Input.insertText", Map.of("text", text));
  }

  void press(String key, int code) {
    Map<String, Object> event = Map.of("key", key, "code", key, "windowsVirtualKeyCode", code);
    for (String type : List.of("keyDown", "keyUp")) {
      ObjectNode params = json.valueToTree(event);
      params.put("type", type);
      if (key.equals("Enter") && type.equals("keyDown")) {
        params.put("text", "\r");
      }
      call("Input.dispatchKeyEvent", params);
    }
  }

  /** Clicks as a mouse does: what only a user's own click may do, this may. */
  void click(String selector) {
    JsonNode center =
        evaluate(
            "(() => { const box = document.querySelector('%s').getBoundingClientRect();"
                    .formatted(selector)
                + " return {x: box.x + box.width / 2, y: box.y + box.height / 2}; })()");
    for (String type : List.of("mousePressed", "mouseReleased")) {
      ObjectNode params = json.createObjectNode().put("type", type);
      params.put("button", "left").put("clickCount", 1);
      params.set("x", center.get("x"));
      params.set("y", center.get("y"));
      call("Input.dispatchMouseEvent", params);
    }
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  private JsonNode call(String method, Object params) {
    int id = ++numCalls;
    ObjectNode message = json.createObjectNode().put("id", id).put("method", method);
    message.set("params", json.valueToTree(params));
    if (session != null) {
      message.put("sessionId", session);
    }
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    calls.put(id, answer);
    socket.sendText(message.toString(), true).join();
    return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  private final class Receiver implements WebSocket.Listener {
    private final StringBuilder partial = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      partial.append(data);
      if (last) {
        JsonNode message = Http.parse(partial.toString());
        partial.setLength(0);
        CompletableFuture<JsonNode> call = calls.remove(message.path("id").asInt(-1));
        if (call != null && message.has("error")) {
          call.completeExceptionally(new AssertionError(message.get("error").toString()));
        } else if (call != null) {
          call.complete(message.path("result"));
        }
      }
      from.request(1);
      return null;
    }
  }
}
