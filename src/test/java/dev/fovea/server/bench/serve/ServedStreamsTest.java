package dev.fovea.server.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.fovea.engine.EngineStatus;
import dev.fovea.server.ModelService;
import dev.fovea.server.Waiting;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The generator on the server itself: every stream brings what its prompt asks for, byte by byte.
 */
@QuarkusTest
class ServedStreamsTest {
  private static final int REQUESTS = 200;

  @TestHTTPResource URI base;
  @Inject ModelService models;
  private Target target;

  @BeforeEach
  void find() {
    target = Target.of("http://" + base.getAuthority());
  }

  /** What each stream still has to bring, in order; the model says its prompt again and again. */
  private static final class Expected implements StreamSink {
    private final Map<Long, String> left = new HashMap<>();
    private final Map<CallOutcome, Integer> outcomes = new HashMap<>();

    private Expected(LoadPlan plan) throws IOException {
      Workload workload = new Workload(plan, null);
      for (long request = 0; request < plan.extent().maxRequests(); request++) {
        String sent = new String(workload.next().bytes(), StandardCharsets.UTF_8);
        JsonNode body = new ObjectMapper().readTree(sent.substring(sent.indexOf("\r\n\r\n")));
        String prompt = body.at("/messages/0/content").asText(body.path("prompt").asText());
        int length = body.get("max_tokens").asInt();
        left.put(request, prompt.repeat(length / prompt.length() + 1).substring(0, length));
      }
    }

    @Override
    public void content(long request, String text) {
      assertThat(left.get(request)).startsWith(text);
      left.computeIfPresent(request, (index, wanted) -> wanted.substring(text.length()));
    }

    @Override
    public void ended(long request, CallOutcome outcome) {
      outcomes.merge(outcome, 1, Integer::sum);
    }
  }

  @Test
  void completionsLoseRepeatAndReorderNothing() throws IOException {
    check(Plans.closed(target, REQUESTS, 8));
  }

  @Test
  void chatsLoseRepeatAndReorderNothing() throws IOException {
    check(Plans.chat(target, REQUESTS, 8));
  }

  @Test
  void anOpenLoopToo() throws IOException {
    check(Plans.open(target, REQUESTS, 200));
  }

  @Test
  void cutClientsDisturbNoOther() throws IOException {
    LoadPlan plan = Plans.cancelling(target, REQUESTS, 0.3);
    Expected expected = new Expected(plan);
    LoadReport report = new LoadGenerator(plan, expected).run(null);

    assertThat(report.requests().failed()).as("%s", report.failures()).isZero();
    assertThat(report.cuts().made()).isEqualTo(report.requests().cancelled()).isPositive();
    assertThat(report.cuts().planned())
        .isEqualTo(report.cuts().made() + report.cuts().outrun())
        .isBetween(40L, 80L);
    assertThat(expected.left.values().stream().filter(String::isEmpty).count())
        .isGreaterThanOrEqualTo(report.requests().completed());
    nothingIsLeft();
  }

  @Test
  void wholeAnswersAndTheirCutsToo() throws IOException {
    LoadReport report =
        new LoadGenerator(Plans.whole(target, REQUESTS, 0.5, 0.3), StreamSink.NONE).run(null);

    assertThat(report.requests().failed()).as("%s", report.failures()).isZero();
    assertThat(report.tokens().countedBy()).isEqualTo("usage");
    assertThat(report.cuts().planned())
        .isEqualTo(report.cuts().made() + report.cuts().outrun())
        .isPositive();
    assertThat(report.latencies().get(LoadReport.TTFT).count())
        .isLessThan(report.latencies().get(LoadReport.END_TO_END).count());
    nothingIsLeft();
  }

  private void nothingIsLeft() {
    Waiting.until(
        "nothing runs and no page is used",
        () -> {
          EngineStatus.Load load = models.require().engine().status().load();
          return load.running() + load.waiting() == 0 && load.usedPages() == 0;
        });
  }

  private void check(LoadPlan plan) throws IOException {
    Expected expected = new Expected(plan);
    LoadReport report = new LoadGenerator(plan, expected).run(null);

    assertThat(expected.outcomes)
        .as("%s", report.failures())
        .containsOnlyKeys(CallOutcome.COMPLETED);
    assertThat(expected.left.values()).hasSize(REQUESTS).allMatch(String::isEmpty);
    assertThat(report.tokens().countedBy()).isEqualTo("usage");
    assertThat(report.latencies().get(LoadReport.END_TO_END).count()).isEqualTo(REQUESTS);
  }
}
