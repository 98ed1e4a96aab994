package dev.fovea.server.bench.serve;

import static dev.fovea.server.bench.serve.ScriptedServer.DONE;
import static dev.fovea.server.bench.serve.ScriptedServer.chunked;
import static dev.fovea.server.bench.serve.ScriptedServer.delta;
import static dev.fovea.server.bench.serve.ScriptedServer.usage;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.fovea.server.bench.serve.LoadPlan.Slo;
import dev.fovea.server.bench.serve.LoadReport.Cuts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests and their measuring against a server whose every byte is known. */
class LoadGeneratorTest {
  private static final byte[] THREE =
      chunked(delta("a"), delta("b") + delta("c"), usage(6, 5), DONE);

  /** Keeps the text of every request. */
  private static final class Texts implements StreamSink {
    private final Map<Long, StringBuilder> texts = new HashMap<>();
    private final Map<Long, CallOutcome> outcomes = new HashMap<>();

    @Override
    public void content(long request, String text) {
      texts.computeIfAbsent(request, index -> new StringBuilder()).append(text);
    }

    @Override
    public void ended(long request, CallOutcome outcome) {
      assertThat(outcomes.put(request, outcome)).as("one end of request %d", request).isNull();
    }
  }

  private final Texts texts = new Texts();

  @Test
  void connectionsAreUsedAgainAndUsageCounts() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              out.write(THREE);
              return true;
            })) {
      LoadReport report = run(Plans.closed(server.target(), 50, 2));

      assertThat(report.requests()).isEqualTo(new LoadReport.Requests(50, 50, 0, 0, 50));
      assertThat(report.tokens()).isEqualTo(new LoadReport.Tokens(300, 150, 250, 5 / 3.0, "usage"));
      assertThat(report.latencies().get(LoadReport.TTFT).count()).isEqualTo(50);
      assertThat(report.latencies().get(LoadReport.INTER_TOKEN).count()).isEqualTo(100);
      assertThat(server.numConnections()).isEqualTo(2);
      assertThat(texts.texts.values()).hasSize(50).allMatch(text -> text.toString().equals("abc"));
      assertThat(server.bodies()).hasSize(50).doesNotHaveDuplicates();
    }
  }

  @Test
  void equalSeedsSendEqualRequests() throws IOException {
    Target target = new Target("127.0.0.1", 1, "/v1");
    Workload one = new Workload(Plans.cancelling(target, 9, 0.5), null);
    Workload other = new Workload(Plans.cancelling(target, 9, 0.5), null);
    for (int i = 0; i < 9; i++) {
      Call call = one.next();
      Call same = other.next();
      assertThat(call.bytes()).isEqualTo(same.bytes());
      assertThat(call.leavesAt()).isEqualTo(same.leavesAt());
    }
  }

  @Test
  void asManyLeaveAsWereAskedForAnywhereInTheirAnswers() {
    Workload workload =
        new Workload(Plans.cancelling(new Target("127.0.0.1", 1, "/v1"), 1, 0.3), null);
    List<Call> calls = Stream.generate(workload::next).limit(4000).toList();
    List<Call> leaving = calls.stream().filter(Call::isLeaving).toList();

    assertThat(leaving).hasSizeBetween(1100, 1300);
    for (int tenth = 0; tenth < 10; tenth++) {
      int from = tenth;
      assertThat(leaving.stream().filter(call -> (int) (10 * call.leavesAt()) == from).count())
          .isBetween(80L, 160L);
    }
    assertThat(leaving).allMatch(call -> call.cutAfter() < call.outputTokens());
    assertThat(calls).filteredOn(call -> !call.isLeaving()).noneMatch(call -> call.cutAfter() < 30);
  }

  @Test
  void answersInSinglePiecesAreTheSame() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              for (byte one : THREE) {
                out.write(one);
                out.flush();
              }
              return true;
            })) {
      LoadReport report = run(Plans.closed(server.target(), 3, 1));
      assertThat(report.requests().completed()).isEqualTo(3);
      assertThat(texts.texts.values()).hasSize(3).allMatch(text -> text.toString().equals("abc"));
    }
  }

  @Test
  void failuresAreToldApartAndTimed() throws IOException {
    byte[] refusal =
        "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 4\r\n\r\nbusy"
            .getBytes(StandardCharsets.US_ASCII);
    byte[] error = chunked(delta("a"), "event: error\ndata: {\"error\":{\"code\":\"x\"}}\n\n");
    byte[] endless = chunked(delta("a"));
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              switch (request % 4) {
                case 0 -> out.write(refusal);
                case 1 -> out.write(error);
                case 2 -> out.write(endless);
                default -> out.write(endless, 0, endless.length - 7);
              }
              return request % 4 != 3;
            })) {
      LoadReport report = run(Plans.closed(server.target(), 8, 1));

      assertThat(report.requests().failed()).isEqualTo(8);
      assertThat(report.failures())
          .extracting(LoadReport.Failure::what, LoadReport.Failure::count)
          .containsExactly(
              tuple("ended too early", 4L),
              tuple("ended with an error event", 2L),
              tuple("status 429", 2L));
      LoadReport.Failure busy = report.failures().get(2);
      assertThat(busy.example()).isEqualTo("busy");
      assertThat(busy.firstByte().count()).isEqualTo(2);
      assertThat(busy.firstByte().max()).isPositive();
    }
  }

  /** A server may close an idle connection just when the next request goes out on it. */
  @Test
  void aConnectionThatTheServerClosedIsReplaced() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              out.write(THREE);
              return false;
            })) {
      LoadReport report = run(Plans.closed(server.target(), 20, 1));
      assertThat(report.requests().completed()).isEqualTo(20);
      assertThat(server.numConnections()).isEqualTo(20);
    }
  }

  @Test
  void nobodyThereIsSaid() throws IOException {
    ScriptedServer server = new ScriptedServer((request, out) -> false);
    server.close();
    LoadReport report = run(Plans.closed(server.target(), 3, 3));
    assertThat(report.failures()).hasSize(1);
    assertThat(report.failures().get(0).what()).isEqualTo("could not connect");
    assertThat(report.failures().get(0).count()).isEqualTo(3);
  }

  @Test
  void cutClientsGoAway() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              byte[] answer = chunked(Collections.nCopies(60, delta("x")).toArray(new String[0]));
              out.write(answer, 0, answer.length - 5);
              out.flush();
              Thread.sleep(60_000);
              return true;
            })) {
      LoadReport report = run(Plans.cancelling(server.target(), 40, 1));
      assertThat(report.requests()).isEqualTo(new LoadReport.Requests(40, 0, 40, 0, 0));
      assertThat(report.cuts()).extracting(Cuts::planned, Cuts::outrun).containsExactly(40L, 0L);
      assertThat(report.cuts().beforeText()).isLessThan(20);
      List<Integer> lengths =
          texts.texts.values().stream().map(StringBuilder::length).distinct().toList();
      assertThat(lengths).hasSizeGreaterThan(5).allMatch(length -> length < 30);
    }
  }

  /** Tokens of random weights are seldom text: then the time that answers take says where. */
  @Test
  void clientsLeaveAnswersWithoutTextToo() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              Thread.sleep(30);
              out.write(chunked(usage(6, 5), DONE));
              return true;
            })) {
      LoadPlan plan = Plans.cancelling(server.target(), 200, 0.5);
      LoadReport report = run(plan);
      Cuts cuts = report.cuts();

      assertThat(report.requests().failed()).as("%s", report.failures()).isZero();
      assertThat(cuts.planned()).isEqualTo(numLeaving(plan));
      assertThat(cuts.made()).isEqualTo(report.requests().cancelled());
      assertThat(cuts.made()).isGreaterThan(7 * cuts.planned() / 10);
      assertThat(cuts.outrun()).isEqualTo(cuts.planned() - cuts.made());
      assertThat(cuts.beforeText()).isEqualTo(cuts.made());
      assertThat(cuts.ratio()).isEqualTo(cuts.made() / 200.0);
      assertThat(report.requests().completed()).isEqualTo(200 - cuts.made());
    }
  }

  @Test
  void wholeAnswersCountByTheirUsage() throws IOException {
    String json = "{\"choices\":[{\"text\":\"abc\"}]," + usage(6, 5).split("\\[\\],")[1].strip();
    try (ScriptedServer server = answeringWhole(json)) {
      LoadReport report = run(Plans.whole(server.target(), 40, 1, 0));

      assertThat(report.requests()).isEqualTo(new LoadReport.Requests(40, 40, 0, 0, 40));
      assertThat(report.tokens()).isEqualTo(new LoadReport.Tokens(240, 120, 200, null, "usage"));
      assertThat(report.latencies().get(LoadReport.TTFT).count()).isZero();
      assertThat(report.latencies().get(LoadReport.END_TO_END).count()).isEqualTo(40);
      assertThat(server.bodies()).allMatch(body -> body.contains("\"stream\":false"));
    }
  }

  /** What has status 200 but no choices has failed. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{no",
        "",
        "[]",
        "null",
        "{\"error\":{\"message\":\"full\"}}",
        "{\"choices\": []}",
        "{\"object\": \"error\", \"message\": \"boom\", \"choices\": [1]}"
      })
  void wholeAnswersThatAreNoneFail(String body) throws IOException {
    LoadReport report = runWhole(body + " ".repeat(1000));
    assertThat(report.requests().failed()).isEqualTo(4);
    assertThat(report.failures()).hasSize(1);
    assertThat(report.failures().get(0).example()).startsWith(body).hasSize(300);
  }

  /** Nothing but the number of requests is known then: there are no events to count instead. */
  @Test
  void wholeAnswersNeedNotTellTheirUsage() throws IOException {
    LoadReport report = runWhole("{\"choices\":[{\"text\":\"abc\"}]}");
    assertThat(report.requests().completed()).isEqualTo(4);
    assertThat(report.tokens()).isEqualTo(new LoadReport.Tokens(0, 0, 0, null, "events"));
  }

  /** A request that fails has not been cut, whatever was planned. */
  @Test
  void failuresAreNoCuts() throws IOException {
    byte[] refusal =
        "HTTP/1.1 503 Unavailable\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              out.write(refusal);
              return true;
            })) {
      LoadPlan plan = Plans.cancelling(server.target(), 20, 0.9);
      LoadReport report = run(plan);
      long atOnce = report.cuts().made(); // they left before they were told

      assertThat(report.cuts().planned()).isEqualTo(numLeaving(plan));
      assertThat(report.requests().failed()).isEqualTo(20 - atOnce).isPositive();
      assertThat(report.cuts().outrun()).isZero();
    }
  }

  /** What a stalled server delays must show in the requests that were due meanwhile. */
  @Test
  void anOpenLoopCountsFromWhenRequestsWereDue() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              synchronized (this) {
                if (request == 0) {
                  Thread.sleep(500);
                }
              }
              out.write(THREE);
              return true;
            })) {
      LoadReport report = run(Plans.open(server.target(), 100, 200));
      Spread ttft = report.latencies().get(LoadReport.TTFT);
      assertThat(ttft.count()).isEqualTo(100);
      assertThat(ttft.p50()).isBetween(150.0, 2000.0);
      assertThat(report.latencies().get(LoadReport.SEND_LAG).p50()).isLessThan(100);
      assertThat(report.rates().seconds()).isBetween(0.3, 5.0);
    }
  }

  @Test
  void goodRequestsKeepToTheirBounds() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              out.write(THREE, 0, 200);
              out.flush();
              Thread.sleep(request % 2 == 0 ? 0 : 600);
              out.write(THREE, 200, THREE.length - 200);
              return true;
            })) {
      LoadReport report = run(within("itl:400", Plans.closed(server.target(), 6, 1)));
      assertThat(report.requests().completed()).isEqualTo(6);
      assertThat(report.requests().good()).isEqualTo(3);
    }
  }

  /** Of a whole answer, and of one that is no text, a client sees nothing before its end. */
  @ParameterizedTest
  @ValueSource(doubles = {0, 1})
  void withoutEventsTheFirstTextComesAtTheEnd(double wholeRatio) throws IOException {
    String json = "{\"choices\":[{\"text\":\"\",\"finish_reason\":\"stop\"}]}";
    byte[] whole =
        "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(json.length(), json)
            .getBytes(StandardCharsets.US_ASCII);
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              Thread.sleep(request % 2 == 0 ? 400 : 0);
              out.write(wholeRatio == 0 ? chunked("data: " + json + "\n\n", DONE) : whole);
              return true;
            })) {
      LoadReport report = run(within("ttft:200", Plans.whole(server.target(), 6, wholeRatio, 0)));
      assertThat(report.requests().completed()).isEqualTo(6);
      assertThat(report.requests().good()).isEqualTo(3);
    }
  }

  @Test
  void theTimelineHasEveryEvent() throws IOException {
    try (ScriptedServer server =
        new ScriptedServer(
            (request, out) -> {
              out.write(THREE);
              return true;
            })) {
      LoadReport report = run(Plans.open(server.target(), 30, 20));
      assertThat(Arrays.stream(report.seconds().events()).sum()).isEqualTo(90);
      assertThat(Arrays.stream(report.seconds().started()).sum()).isEqualTo(30);
      assertThat(Arrays.stream(report.seconds().ended()).sum()).isEqualTo(30);
    }
  }

  /** Of four requests whose answers are not streamed. */
  private LoadReport runWhole(String body) throws IOException {
    try (ScriptedServer server = answeringWhole(body)) {
      return run(Plans.whole(server.target(), 4, 1, 0));
    }
  }

  private static ScriptedServer answeringWhole(String body) throws IOException {
    byte[] answer =
        "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(body.length(), body)
            .getBytes(StandardCharsets.US_ASCII);
    return new ScriptedServer(
        (request, out) -> {
          out.write(answer);
          return true;
        });
  }

  private static LoadPlan within(String bounds, LoadPlan plan) {
    return new LoadPlan(
        plan.target(), plan.rhythm(), plan.extent(), plan.shape(), Slo.of(bounds), plan.seed());
  }

  private static long numLeaving(LoadPlan plan) {
    Workload workload = new Workload(plan, null);
    return Stream.generate(workload::next)
        .limit(plan.extent().maxRequests())
        .filter(Call::isLeaving)
        .count();
  }

  private LoadReport run(LoadPlan plan) throws IOException {
    LoadReport report = new LoadGenerator(plan, texts).run(null);
    assertThat(texts.outcomes).hasSize((int) report.requests().started());
    return report;
  }
}
