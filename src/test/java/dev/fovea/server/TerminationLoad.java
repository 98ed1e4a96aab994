package dev.fovea.server;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Clients that ask and ask until the server is gone, and what each request was told. */
final class TerminationLoad {
  private static final int MAX_TOKENS = 600;
  private static final long PAUSE_MILLIS = 20;
  private static final long NOTICE_NANOS = 100_000_000;

  private final URI base;
  private final List<Thread> clients = new ArrayList<>();
  private final List<Told> told = Collections.synchronizedList(new ArrayList<>());

  /**
   * @param sentNanos when it was sent
   * @param toldNanos when its answer ended
   * @param isStream whether it wanted events
   */
  record Told(How how, long sentNanos, long toldNanos, boolean isStream, String answer) {

    enum How {
      /** In full. */
      FINISHED,
      /** Accepted and told that it ends here. */
      CUT,
      /** A 503 with Retry-After. */
      REFUSED,
      /** By the operating system: the server listens no more. */
      GONE,
      /** None of these. */
      LOST
    }

    /**
     * No answer at all is right only for a request that came when the last accepted one was done:
     * the process was ending then. The client may see that end a little later than the server.
     */
    void check(long lastAcceptedEnd) {
      boolean isLate = sentNanos > lastAcceptedEnd - NOTICE_NANOS;
      if (how == How.LOST && (isStarted() || !isLate)) {
        throw new AssertionError("lost: '" + answer + "'");
      }
      if (how == How.GONE && !isLate) {
        throw new AssertionError("refused by the system while others were served");
      }
    }

    private boolean isStarted() {
      return !answer.isEmpty();
    }
  }

  private TerminationLoad(URI base) {
    this.base = base;
  }

  static TerminationLoad start(URI base, int numClients, long seed) {
    TerminationLoad load = new TerminationLoad(base);
    for (int i = 0; i < numClients; i++) {
      Random random = new Random(seed + i);
      Thread client = new Thread(() -> load.askUntilGone(random), "client-" + i);
      client.start();
      load.clients.add(client);
    }
    return load;
  }

  /** What every request was told. */
  List<Told> awaitEnd() throws InterruptedException {
    for (Thread client : clients) {
      client.join();
    }
    return List.copyOf(told);
  }

  /** When the last answer that was not a refusal ended; long ago if all were. */
  long lastAcceptedEnd() {
    return told.stream()
        .filter(each -> each.how == Told.How.FINISHED || each.how == Told.How.CUT)
        .mapToLong(Told::toldNanos)
        .max()
        .orElse(Long.MIN_VALUE / 2);
  }

  private void askUntilGone(Random random) {
    Told last;
    do {
      last = ask(random.nextBoolean(), 1 + random.nextInt(MAX_TOKENS));
      told.add(last);
      if (last.how == Told.How.REFUSED) {
        pause();
      }
    } while (last.how != Told.How.GONE && last.how != Told.How.LOST);
  }

  private Told ask(boolean isStream, int maxTokens) {
    String body =
        "{\"prompt\":\"Once\",\"max_tokens\":%d,\"ignore_eos\":true,\"stream\":%b}"
            .formatted(maxTokens, isStream);
    long sent = System.nanoTime();
    String answer;
    try (RawConnection connection = RawConnection.to(base)) {
      answer = exchange(connection, body);
    } catch (IOException refused) {
      return new Told(Told.How.GONE, sent, System.nanoTime(), isStream, "");
    }
    return new Told(how(answer, isStream), sent, System.nanoTime(), isStream, answer);
  }

  /** On a connection that is closed after the answer, so that the answer's end is seen. */
  private static String exchange(RawConnection connection, String body) {
    try {
      connection.write(
          "POST %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n".formatted(Http.COMPLETIONS)
              + "Content-Type: application/json\r\n"
              + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body));
    } catch (IOException reset) {
      return "";
    }
    return connection.readToTheEnd();
  }

  private static Told.How how(String answer, boolean isStream) {
    boolean isUnavailable = answer.startsWith("HTTP/1.1 503 ") && answer.contains("}}");
    if (isUnavailable) {
      return answer.toLowerCase().contains("retry-after: ") ? Told.How.REFUSED : Told.How.CUT;
    }
    if (!answer.startsWith("HTTP/1.1 200 ")) {
      return Told.How.LOST;
    }
    if (isStream && answer.contains("event: error\ndata: {")) {
      return Told.How.CUT;
    }
    boolean isWhole = answer.contains(isStream ? "data: [DONE]\n\n" : "\"usage\":{");
    return isWhole ? Told.How.FINISHED : Told.How.LOST;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
