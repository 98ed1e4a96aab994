package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.server.TerminationLoad.Told;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** SIGTERM at any moment of a server's life. */
class TerminationIT {
  private static final int NUM_CLIENTS = 12;
  private static final int MAX_WAIT_MILLIS = 1500;

  @Test
  void underLoadEverybodyIsAnswered() throws Exception {
    rounds(4, 1);
  }

  @Test
  @Tag("battery")
  void underLoadEverybodyIsAnsweredFiftyTimes() throws Exception {
    rounds(50, 2);
  }

  @Test
  void anIdleServerEndsAtOnce() throws Exception {
    try (PackagedServer server = PackagedServer.listening()) {
      server.awaitReady();
      server.terminate();
      long start = System.nanoTime();
      assertThat(server.awaitExit()).isZero();
      assertThat(System.nanoTime() - start).as("ns").isLessThan(5_000_000_000L);
    }
  }

  @Test
  void aServerThatHasNotStartedEndsInOrder() throws Exception {
    Process starting = PackagedServer.run("serve", "--port", "0");
    try {
      Waiting.until("the HTTP server is being made", () -> hasThread(starting.pid(), "vertx-"));
      starting.destroy();
      assertThat(starting.waitFor()).isZero();
    } finally {
      starting.destroyForcibly();
    }
  }

  /** Every second round leaves no time to finish, so that streams are cut. */
  private static void rounds(int count, long seed) throws Exception {
    Random random = new Random(seed);
    int numFinished = 0;
    int numCut = 0;
    int numRefused = 0;
    for (int round = 0; round < count; round++) {
      String patience = round % 2 == 0 ? "25S" : "0.1S";
      try (PackagedServer server = PackagedServer.patient(patience)) {
        server.awaitReady();
        TerminationLoad load = TerminationLoad.start(server.base(), NUM_CLIENTS, random.nextLong());
        Thread.sleep(random.nextInt(MAX_WAIT_MILLIS));
        server.terminate();
        List<Told> told = load.awaitEnd();
        String what = "round %d of seed %d, %s".formatted(round, seed, patience);
        assertThat(server.awaitExit()).as(what).isZero();
        assertThat(told).as(what).allSatisfy(each -> each.check(load.lastAcceptedEnd()));
        numFinished += count(told, Told.How.FINISHED);
        numCut += count(told, Told.How.CUT);
        numRefused += count(told, Told.How.REFUSED);
      }
    }
    assertThat(numFinished).as("finished").isPositive();
    assertThat(numCut).as("ended with an error event, or a 503 before one").isPositive();
    assertThat(numRefused).as("refused while others finished").isPositive();
  }

  private static int count(List<Told> told, Told.How how) {
    return (int) told.stream().filter(each -> each.how() == how).count();
  }

  private static boolean hasThread(long pid, String name) {
    try (Stream<Path> threads = Files.list(Path.of("/proc/%d/task".formatted(pid)))) {
      return threads.anyMatch(thread -> read(thread.resolve("comm")).startsWith(name));
    } catch (IOException gone) {
      throw new AssertionError("the process is gone", gone);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException ended) {
      return "";
    }
  }
}
