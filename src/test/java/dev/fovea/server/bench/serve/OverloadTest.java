package dev.fovea.server.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.EngineStatus;
import dev.fovea.server.ModelService;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three times the load that a server can bear: it does what it can, and says no at once. */
@QuarkusTest
@TestProfile(OverloadTest.SixteenAtATime.class)
class OverloadTest {
  private static final System.Logger LOG = System.getLogger(OverloadTest.class.getName());
  private static final int SEQUENCES = 16;

  @TestHTTPResource URI base;
  @Inject ModelService models;

  /** A step of 5 ms for 16 sequences; as many wait. */
  public static final class SixteenAtATime implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "test.sequences", "" + SEQUENCES,
          "test.waiting", "" + SEQUENCES,
          "test.step-millis", "5");
    }
  }

  @Test
  void aShortOverload() throws Exception {
    // Cold code on a busy machine: only what is beyond doubt.
    overload(2, 4, new Bounds(0.5, 2000));
  }

  @Test
  @Tag("battery")
  void threeMinutesOfOverload() throws Exception {
    overload(20, 180, new Bounds(0.9, 50));
  }

  /**
   * @param share of the capacity that is completed at least
   * @param firstByteMillis of refusals at most, at p99
   */
  private record Bounds(double share, double firstByteMillis) {}

  private void overload(double closedSeconds, double openSeconds, Bounds bounds) throws Exception {
    double capacity = 0;
    for (int concurrency : new int[] {SEQUENCES, 2 * SEQUENCES}) {
      LoadReport closed = run(new LoadPlan.Rhythm(0, concurrency), closedSeconds);
      capacity = Math.max(capacity, closed.rates().requests());
    }
    LoadReport open = run(new LoadPlan.Rhythm(3 * capacity, 0), openSeconds);
    LoadReport.Failure refused =
        open.failures().stream()
            .filter(failure -> failure.what().contains("429"))
            .findFirst()
            .orElseThrow();
    LOG.log(
        System.Logger.Level.INFO,
        "capacity {0}/s; at 3 times as many: {1}/s completed ({2} of capacity), {3} refused with"
            + " the first byte after p50 {4} p99 {5} ms",
        capacity,
        open.rates().requests(),
        open.rates().requests() / capacity,
        refused.count(),
        refused.firstByte().p50(),
        refused.firstByte().p99());
    assertThat(open.rates().requests()).isGreaterThanOrEqualTo(bounds.share() * capacity);
    assertThat(open.failures()).allMatch(failure -> failure.what().contains("429"));
    assertThat(refused.firstByte().p99()).isLessThan(bounds.firstByteMillis());
    assertNoStepWithoutWork();
  }

  private void assertNoStepWithoutWork() throws InterruptedException {
    EngineStatus ended = models.require().engine().status();
    Thread.sleep(300);
    EngineStatus later = models.require().engine().status();
    assertThat(later.totals().steps()).isEqualTo(ended.totals().steps());
    assertThat(later.load().running() + later.load().waiting()).isZero();
    assertThat(later.load().usedPages()).isZero();
  }

  private LoadReport run(LoadPlan.Rhythm rhythm, double seconds) throws IOException {
    LoadPlan.Shape shape =
        new LoadPlan.Shape(
            LoadPlan.Endpoint.COMPLETIONS,
            null,
            new Range(4, 8),
            0,
            new Range(20, 40),
            0,
            true,
            0,
            0);
    LoadPlan.Extent extent = new LoadPlan.Extent(null, seconds, 0.5, 20);
    Target target = Target.of("http://" + base.getAuthority());
    return new LoadGenerator(new LoadPlan(target, rhythm, extent, shape, null, 5), StreamSink.NONE)
        .run(null);
  }
}
