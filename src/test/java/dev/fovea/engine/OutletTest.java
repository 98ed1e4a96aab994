package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import org.junit.jupiter.api.Test;

class OutletTest {
  private static final Ending FAILED = new Ending.Failed("scripted", null);

  private static final Ending OWN = new Ending.Finished(FinishReason.LENGTH, null);

  private final Recorder recorder = new Recorder();
  private final Outlet outlet = new Outlet(recorder);
  private final Sequence sequence =
      new Sequence(EngineFixture.greedy(500), 0, 1024, outlet, new Timeline(0));

  @Test
  void publishedTwiceBeforeItIsTakenIsPostedOnce() {
    draw(7);
    assertThat(outlet.publish(sequence)).isTrue();
    draw(8);
    assertThat(outlet.publish(sequence)).isFalse();
    Outlet.Published both = outlet.take();
    assertThat(outlet.deliverTokens(both, 0)).isEqualTo(2);
    draw(9);
    assertThat(outlet.publish(sequence)).isTrue();
    assertThat(recorder.ids()).containsExactly(7, 8);
  }

  @Test
  void takenTwiceIsDeliveredOnce() {
    draw(7);
    sequence.finish(FAILED);
    outlet.publish(sequence);
    // The engine may publish again between taking and delivering: the same state comes twice.
    for (int i = 0; i < 2; i++) {
      Outlet.Published published = outlet.take();
      assertThat(outlet.deliverTokens(published, 0)).isEqualTo(1 - i);
      assertThat(ending(outlet, published)).isEqualTo(i == 0 ? FAILED : null);
    }
    assertThat(recorder.numCalls()).isEqualTo(1);
    assertThat(recorder.numEndings()).isEqualTo(1);
  }

  @Test
  void growthOfTheOutputLeavesWhatWasPublishedInPlace() {
    draw(7);
    outlet.publish(sequence);
    Outlet.Published early = outlet.take();
    for (int i = 0; i < 400; i++) {
      draw(i);
    }
    assertThat(outlet.deliverTokens(early, 0)).isEqualTo(1);
    outlet.publish(sequence);
    assertThat(outlet.deliverTokens(outlet.take(), 0)).isEqualTo(400);
    assertThat(recorder.ids()).startsWith(7, 0, 1).endsWith(398, 399);
  }

  @Test
  void cutDropsWhatWasPublishedAndDecidesTheEnding() {
    draw(7);
    sequence.finish(FAILED);
    outlet.publish(sequence);
    assertThat(outlet.decide(new Ending.Cancelled())).isTrue();
    Outlet.Published published = outlet.take();
    assertThat(outlet.deliverTokens(published, 0)).isZero();
    assertThat(ending(outlet, published)).isEqualTo(new Ending.Cancelled());
  }

  @Test
  void cutAfterTheEndingDecidesNothing() {
    sequence.finish(FAILED);
    outlet.publish(sequence);
    ending(outlet, outlet.take());
    assertThat(outlet.decide(new Ending.Cancelled())).isFalse();
  }

  @Test
  void endingWaitsForTokensThatAPauseJustLiftedKeptBack() {
    draw(7);
    sequence.finish(OWN);
    outlet.publish(sequence);
    Outlet.Published published = outlet.take();
    outlet.pause();
    assertThat(outlet.deliverTokens(published, 0)).isZero();
    assertThat(outlet.resume()).as("posted again").isTrue();
    assertThat(ending(outlet, published)).isNull();
    assertThat(outlet.deliverTokens(outlet.take(), 0)).isEqualTo(1);
    assertThat(ending(outlet, published)).isEqualTo(OWN);
  }

  @Test
  void cutOfAPausedReaderEndsAlsoAnOutputThatWasComplete() {
    outlet.pause();
    sequence.finish(OWN);
    outlet.publish(sequence);
    outlet.decide(new Ending.Cancelled());
    Outlet.Published published = outlet.take();
    assertThat(outlet.deliverTokens(published, 0)).isZero();
    assertThat(ending(outlet, published)).isEqualTo(new Ending.Cancelled());
  }

  @Test
  void releaseHandsOverWhateverIsPaused() {
    draw(7);
    sequence.finish(OWN);
    outlet.publish(sequence);
    outlet.release();
    outlet.pause();
    assertThat(outlet.deliverTokens(outlet.take(), 0)).isEqualTo(1);
    assertThat(ending(outlet, outlet.take())).isEqualTo(OWN);
  }

  @Test
  void abandonedOutputStaysSoWhenItsEngineWakesUp() {
    draw(7);
    outlet.publish(sequence);
    outlet.abandon(FAILED);
    draw(8);
    outlet.publish(sequence);
    Outlet.Published published = outlet.take();
    assertThat(outlet.deliverTokens(published, 0)).isEqualTo(1);
    assertThat(ending(outlet, published)).isEqualTo(FAILED);
    assertThat(recorder.ids()).containsExactly(7);
  }

  @Test
  void abandonedAfterItsOwnEndingKeepsThat() {
    sequence.finish(OWN);
    outlet.publish(sequence);
    outlet.abandon(FAILED);
    assertThat(ending(outlet, outlet.take())).isEqualTo(OWN);
  }

  private void draw(int id) {
    assertThat(sequence.accept(id, true)).isNull();
  }

  /** As the delivery thread hands it over; null where it is not due. */
  private static Ending ending(Outlet outlet, Outlet.Published published) {
    Ending ending = outlet.settleEnding(published);
    if (ending != null) {
      outlet.deliverEnding(ending);
    }
    return ending;
  }
}
