package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.engine.GenerationListener.Ending;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeliveryTest {
  private final List<Throwable> kills = new ArrayList<>();

  /** Else the engine would serve on, and nobody would ever hear of it. */
  @Test
  void aThreadThatDiesTakesTheEngineAlong() {
    Error last = new AssertionError("scripted");
    Delivery.Faults faults =
        new Delivery.Faults() {
          @Override
          public void cut(Sequence sequence, Ending ending) {
            throw last;
          }

          @Override
          public void kill(Throwable cause) {
            kills.add(cause);
          }
        };
    Recorder throwing =
        new Recorder(
            count -> {
              throw new IllegalStateException("scripted");
            });
    Outlet outlet = new Outlet(throwing);
    Sequence sequence = new Sequence(EngineFixture.greedy(500), 0, 1024, outlet, new Timeline(0));
    sequence.accept(7, true);
    outlet.publish(sequence);
    Delivery delivery = new Delivery(EngineObserver.NONE, faults);
    delivery.post(List.of(sequence));

    assertThatThrownBy(delivery::run).isSameAs(last);
    assertThat(kills).containsExactly(last);
  }
}
