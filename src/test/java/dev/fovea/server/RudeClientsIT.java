package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.RudeClients.Way;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rude clients harm neither the others nor the server's end. */
class RudeClientsIT {
  private static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration END = SHUTDOWN_TIMEOUT.plusSeconds(5);

  /** Worker threads stay for half of it. */
  private static final Duration COMING_BACK = Duration.ofSeconds(60);

  private static final Duration COMPUTING = Duration.ofSeconds(60);
  private static final Duration PROBE = Duration.ofSeconds(1);
  private static final int FEW = 6;
  private static final int NUM_REQUESTS = 100;
  private static final String REQUEST = "{\"prompt\":\"Once\",\"max_tokens\":4}";

  /** What a busy machine adds to a time that is short. */
  private static final Duration NOISE = Duration.ofMillis(250);

  @Test
  void aServerAmongThemEndsInTime() throws Exception {
    try (PackagedServer server = start();
        RudeClients clients = new RudeClients()) {
      server.awaitReady();
      for (Way way : Way.values()) {
        clients.add(way, way == Way.MANY_STREAMS ? 300 : FEW, server.base());
      }
      assertThat(new Http(server.base()).get("/health").status()).isEqualTo(200);
      assertEndsInTime(server);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Tag("battery")
  void othersAreServedAsBeforeAndEverythingComesBack(Way way) throws Exception {
    try (PackagedServer server = start()) {
      Http http = server.awaitReady();
      serve(http);
      Duration alone = serve(http);
      Held before = Held.by(server.process().pid());
      try (RudeClients clients = new RudeClients()) {
        clients.add(way, way.many(), server.base());
        Waiting.until("what they asked for is computed", COMPUTING, () -> isEngineIdle(http));
        Duration beside = serve(http);
        probe(http);
        System.out.println(way + ": p99 " + alone + " alone, " + beside + " beside them");
        assertThat(beside).isLessThan(alone.multipliedBy(3).plus(NOISE));
      }
      Waiting.until(
          "what they held comes back to " + before,
          COMING_BACK,
          () -> Held.by(server.process().pid()).isNoMoreThan(before));
      System.out.println(before + " before, " + Held.by(server.process().pid()) + " after");
      try (RudeClients clients = new RudeClients()) {
        clients.add(way, way.many(), server.base());
        assertEndsInTime(server);
      }
    }
  }

  /** In little memory, with room for all of them: what they ask for is work like any other. */
  private static PackagedServer start() throws IOException {
    ProcessBuilder command = PackagedServer.command("serve", "--port", "0");
    command.environment().put("JAVA_TOOL_OPTIONS", "-Xmx256m");
    command.environment().put("FOVEA_SHUTDOWN_TIMEOUT", SHUTDOWN_TIMEOUT.toString());
    command.environment().put("FOVEA_MAX_SEQUENCES", "64");
    return PackagedServer.listening(command);
  }

  private static boolean isEngineIdle(Http http) {
    String metrics = http.get("/metrics").text();
    return Stream.of("fovea_requests_running", "fovea_requests_waiting")
        .allMatch(name -> metrics.matches("(?s).*\\n" + name + "\\{[^}]*} 0\\.0\\n.*"));
  }

  private static void assertEndsInTime(PackagedServer server) throws InterruptedException {
    server.terminate();
    long start = System.nanoTime();
    assertThat(server.awaitExit()).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(END);
  }

  /** The time within which 99 of 100 requests are answered, one after the other. */
  private static Duration serve(Http http) {
    long[] nanos = new long[NUM_REQUESTS];
    for (int i = 0; i < NUM_REQUESTS; i++) {
      long start = System.nanoTime();
      assertThat(http.post(Http.COMPLETIONS, REQUEST).status()).isEqualTo(200);
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return Duration.ofNanos(nanos[NUM_REQUESTS * 99 / 100 - 1]);
  }

  private static void probe(Http http) {
    for (String path : new String[] {"/health", "/q/health/live", "/q/health/ready", "/metrics"}) {
      long start = System.nanoTime();
      assertThat(http.get(path).status()).as(path).isEqualTo(200);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).as(path).isLessThan(PROBE);
    }
  }

  /** What a process holds of the system. */
  private record Held(long descriptors, long threads, long kilobytes) {
    private static final int SLACK_DESCRIPTORS = 8;

    /** As large as the heap: what it has grown to stays. */
    private static final int SLACK_KILOBYTES = 256 * 1024;

    private static final int SLACK_THREADS = 10;

    static Held by(long pid) {
      Path process = Path.of("/proc/" + pid);
      try (Stream<Path> open = Files.list(process.resolve("fd"));
          Stream<String> status = Files.lines(process.resolve("status"))) {
        long[] found = new long[2];
        status.forEach(
            line -> {
              if (line.startsWith("Threads:")) {
                found[0] = number(line);
              } else if (line.startsWith("VmRSS:")) {
                found[1] = number(line);
              }
            });
        return new Held(open.count(), found[0], found[1]);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private static long number(String line) {
      return Long.parseLong(line.replaceAll("\\D", ""));
    }

    boolean isNoMoreThan(Held before) {
      return descriptors <= before.descriptors + SLACK_DESCRIPTORS
          && threads <= before.threads + SLACK_THREADS
          && kilobytes <= before.kilobytes + SLACK_KILOBYTES;
    }
  }
}
