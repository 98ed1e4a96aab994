package dev.fovea.server.bench.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import dev.fovea.server.ModelService;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of streams at 20 tokens a second each through the whole server, from a device that only
 * takes its time; the clients are a process of their own and check every byte.
 */
@QuarkusTest
@TestProfile(ManyStreamsTest.ManySequences.class)
class ManyStreamsTest {
  private static final System.Logger LOG = System.getLogger(ManyStreamsTest.class.getName());

  @TestHTTPResource URI base;
  @TempDir Path folder;
  @Inject ModelService models;

  /** A step of 50 ms for 2,048 sequences. */
  public static final class ManySequences implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "test.sequences", "2048",
          "test.waiting", "4096",
          "test.step-millis", "50");
    }
  }

  @Test
  void everyStreamArrivesWhole() throws Exception {
    LoadReport report = load(200, 60);
    assertThat(report.requests().completed()).isEqualTo(200);
    assertThat(report.tokens().output()).isEqualTo(200 * 60);
    assertThat(models.require().engine().status().load().usedPages()).isZero();
  }

  @Test
  @Tag("battery")
  void twoThousandStreamsKeepTheirPace() throws Exception {
    load(500, 100);
    System.gc();
    final long heapBefore = usedHeap();
    final double coresBefore = processorSeconds();
    final long start = System.nanoTime();
    Thread sampler = new Thread(this::sampleHeap);
    sampler.setDaemon(true);
    sampler.start();
    LoadReport report = load(2000, 450);
    final double seconds = (System.nanoTime() - start) * 1e-9;
    sampler.interrupt();
    sampler.join();
    Spread gaps = report.latencies().get(LoadReport.INTER_TOKEN);
    LOG.log(
        System.Logger.Level.INFO,
        "2,000 streams: {0} tokens, inter-event p50 {1} p99 {2} max {3} ms; server {4} cores,"
            + " generator {5} cores; heap a stream {6} KiB",
        report.tokens().output(),
        gaps.p50(),
        gaps.p99(),
        gaps.max(),
        (processorSeconds() - coresBefore) / seconds,
        report.origin().generatorCores(),
        (liveHeap - heapBefore) / 2000 / 1024.0);
    assertThat(report.requests().completed()).isEqualTo(2000);
    assertThat(report.tokens().output()).isEqualTo(2000 * 450);
    assertThat(gaps.p99()).isLessThan(150);
    assertThat(report.origin().generatorCores()).isLessThan(0.35);
    assertThat(models.require().engine().status().load().usedPages()).isZero();
  }

  private volatile long liveHeap;

  /** What is alive while all streams run: once, because it stops the world. */
  private void sampleHeap() {
    try {
      while (models.require().engine().status().load().running() < 2000) {
        Thread.sleep(50);
      }
      System.gc();
      liveHeap = usedHeap();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private LoadReport load(int numStreams, int numTokens) throws Exception {
    Path file = folder.resolve("report.json");
    Process load =
        JavaProcess.of(
                ParrotLoad.class,
                Integer.toString(base.getPort()),
                Integer.toString(numStreams),
                Integer.toString(numTokens),
                file.toString())
            .inheritIO()
            .start();
    assertThat(load.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(load.exitValue()).isZero();
    return LoadReport.read(file);
  }

  private static long usedHeap() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static double processorSeconds() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime()
        * 1e-9;
  }
}
