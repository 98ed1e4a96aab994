package dev.fovea.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.EngineStatus.Pulse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {
  private static final long SECOND = 1_000_000_000;

  private final Watchdog watchdog = new Watchdog(Duration.ofSeconds(30));
  private long now = 7 * SECOND;
  private Pulse pulse = new Pulse(false, 0, 0);
  private final Watchdog.Look look = watchdog.new Look(() -> pulse, () -> now);

  @AfterEach
  void close() {
    watchdog.close();
  }

  @Test
  void aBusyEngineThatIsSilentHangs() {
    pulse = new Pulse(true, now, 0);
    assertThat(hangsWithin(31)).isFalse();
    assertThat(hangsWithin(1)).isTrue();
  }

  @Test
  void anIdleEngineMayBeSilent() {
    assertThat(hangsWithin(1000)).isFalse();
    pulse = new Pulse(true, 0, 0);
    assertThat(hangsWithin(30)).as("its silence counts from when it got work").isFalse();
    assertThat(hangsWithin(1)).isTrue();
  }

  @Test
  void aBeatBreaksTheSilence() {
    for (int i = 0; i < 10; i++) {
      pulse = new Pulse(true, now, 0);
      assertThat(hangsWithin(29)).isFalse();
    }
  }

  @Test
  void longStepsAreGivenTheirTime() {
    pulse = new Pulse(true, now, 8 * SECOND);
    assertThat(hangsWithin(41)).isFalse();
    assertThat(hangsWithin(1)).isTrue();
  }

  @Test
  void aProcessThatWasFrozenIsNotHung() {
    pulse = new Pulse(true, now, 0);
    assertThat(hangsWithin(10)).isFalse();
    now += 3600 * SECOND;
    assertThat(look.hangs()).as("the engine had no chance to beat either").isFalse();
    assertThat(hangsWithin(10)).isFalse();
  }

  /** At a look a second. */
  private boolean hangsWithin(int seconds) {
    boolean hangs = false;
    for (int i = 0; i < seconds; i++) {
      now += SECOND;
      hangs |= look.hangs();
    }
    return hangs;
  }
}
