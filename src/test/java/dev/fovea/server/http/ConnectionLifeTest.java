package dev.fovea.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConnectionLifeTest {
  private final ConnectionCounts counts = new ConnectionCounts();
  private final ConnectionCensus census = new ConnectionCensus(new ConnectionLimits(1, 1, 1));
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final ConnectionLife life = new ConnectionLife(channel, census, counts);

  @Test
  void anIdleOneMakesRoomAndABusyOneStays() {
    census.admit(life);
    life.busy();
    life.evict();
    channel.runPendingTasks();
    assertThat(channel.isOpen()).isTrue();

    life.idle(Duration.ofMinutes(1), life::close);
    life.evict();
    channel.runPendingTasks();
    assertThat(channel.isOpen()).isFalse();
    assertThat(counts.of(ConnectionCounts.End.EVICTED)).isOne();
  }

  /** Its client was faster. */
  @Test
  void oneThatIsClosedIsNotCutAgain() {
    life.idle(Duration.ofMinutes(1), life::close);
    channel.close();
    assertThatCode(() -> life.cut(ConnectionCounts.End.UNREAD)).doesNotThrowAnyException();
    life.evict();
    channel.runPendingTasks();
    assertThat(counts.of(ConnectionCounts.End.UNREAD)).isZero();
    assertThat(counts.of(ConnectionCounts.End.EVICTED)).isZero();
  }
}
