package dev.fovea.engine;

import static dev.fovea.engine.EngineFixture.greedy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.engine.GenerationListener.FinishReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerTest {
  private static final int VOCABULARY = 101;
  private static final EngineConfig.Queue QUEUE = new EngineConfig.Queue(1000, 1_000_000);

  @Test
  void longPromptNeverStallsDecodes() {
    Drive drive = new Drive(new EngineConfig(64, 32, 8, QUEUE), 4096, 128);
    for (int i = 0; i < 4; i++) {
      drive.add(greedy(new int[] {i + 1}, 200));
    }
    drive.step();
    drive.add(greedy(new int[3000], 1));
    for (int i = 0; i < 3000 / 32; i++) {
      Step step = drive.step();
      assertThat(step.drawing()).hasSize(4);
      assertThat(step.batch().numTokens()).isEqualTo(4 + 32);
    }
  }

  /** As of a device: 1 ms a step, 20 µs a token, 1 ns more for each token before it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void longPromptKeepsToTheTimeThatItHasBesideDecodes(int maxInFlight) {
    int[] sizes = {64, 128, 256, 512, 1024};
    double[] nanos = {2_280_000, 3_560_000, 6_120_000, 11_240_000, 21_480_000};
    PrefillTable table = PrefillTable.inProportion(sizes, nanos, 1, 12_000_000);
    EngineConfig config = new EngineConfig(2048, 2048, 16, QUEUE);
    Drive drive = new Drive(new Drive.Setup(config, 16_384, 400, table, maxInFlight));
    for (int i = 0; i < 8; i++) {
      drive.add(greedy(new int[] {i + 1}, 1000));
    }
    for (int i = 0; i < 5; i++) {
      drive.step();
    }
    Sequence prompt = drive.add(greedy(new int[12_000], 1));
    List<Integer> pieces = new ArrayList<>();
    while (prompt.state() != Sequence.State.FINISHED) {
      Step step = drive.step();
      // Also checked by the drive: no decode skips a step, no step takes longer than its target.
      assertThat(step.batch().numGenerated()).isEqualTo(8);
      step.batch().entries().stream().skip(8).forEach(each -> pieces.add(each.tokens().count()));
    }
    assertThat(pieces.stream().mapToInt(Integer::intValue).sum()).isEqualTo(12_000);
    assertThat(pieces).startsWith(512, 512).contains(384, 384);
    assertThat(pieces.subList(0, pieces.size() - 1)).isSortedAccordingTo(Comparator.reverseOrder());
  }

  @Test
  void aLongPromptLeavesTimeToShortOnes() {
    PrefillTable table =
        PrefillTable.inProportion(
            new int[] {64, 128, 256, 512}, new double[] {1000, 2000, 4000, 8000}, 0, 8000);
    EngineConfig config = new EngineConfig(2048, 512, 16, QUEUE);
    Drive drive = new Drive(new Drive.Setup(config, 16_384, 400, table, 1));
    Sequence longOne = drive.add(greedy(new int[12_000], 1));
    assertThat(drive.step().batch().numTokens()).as("alone").isEqualTo(512);
    Sequence shortOne = drive.add(greedy(new int[] {7, 8, 9}, 1));
    Step shared = drive.step();
    assertThat(shared.batch().entries()).hasSize(2);
    assertThat(shared.batch().numTokens()).isEqualTo(256 + 3);
    assertThat(shortOne.state()).isEqualTo(Sequence.State.FINISHED);
    assertThat(drive.step().batch().numTokens()).as("alone again").isEqualTo(512);
    assertThat(longOne.state()).isEqualTo(Sequence.State.PREFILL);
  }

  @Test
  void generatedTokensComeFirstAndAPromptsLastTokenIsNone() {
    Drive drive = new Drive(new EngineConfig(64, 32, 8, QUEUE), 1024, 64);
    drive.add(greedy(new int[] {1}, 50));
    drive.add(greedy(new int[] {2}, 50));
    assertThat(drive.step().batch().numGenerated()).as("two prompts of one token").isZero();
    drive.add(greedy(new int[33], 50));
    Step chunk = drive.step();
    assertThat(chunk.batch().numGenerated()).isEqualTo(2);
    assertThat(chunk.batch().entries()).hasSize(3);
    Step rest = drive.step();
    assertThat(rest.batch().entries().get(2).tokens().count()).isEqualTo(1);
    assertThat(rest.batch().numGenerated()).as("beside the rest of a prompt").isEqualTo(2);
    assertThat(drive.step().batch().numGenerated()).isEqualTo(3);
  }

  @Test
  void earlierRequestsAreAdmittedFirst() {
    Drive drive = new Drive(new EngineConfig(64, 64, 2, QUEUE), 1024, 16);
    List<Sequence> order = new ArrayList<>();
    List<Sequence> admitted = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      // The third needs most of the pool: those behind it may not overtake.
      order.add(drive.add(greedy(new int[i == 2 ? 900 : 10], 5 + i)));
    }
    while (drive.hasWork()) {
      admitted.addAll(drive.step().admitted());
    }
    assertThat(admitted).containsExactlyElementsOf(order);
  }

  @Test
  void newestSequenceIsPreemptedAndResumesFirst() {
    // Two pages each at the end, three in all.
    Drive drive = new Drive(new EngineConfig(64, 64, 4, QUEUE), 192, 3);
    Sequence oldest = drive.add(greedy(new int[60], 40));
    Sequence newest = drive.add(greedy(new int[50], 40));
    drive.add(greedy(new int[1], 1));
    while (drive.scheduler.numPreemptions() == 0) {
      drive.step();
    }
    assertThat(oldest.state()).isEqualTo(Sequence.State.DECODE);
    assertThat(newest.state()).isEqualTo(Sequence.State.WAITING);
    assertThat(newest.pages().numPages()).isZero();
    drive.finish();
    drive.assertAllAsComputedAlone();
  }

  @Test
  void contextThatIsFullEndsTheOutput() {
    Drive drive = new Drive(new EngineConfig(64, 64, 4, QUEUE), 128, 2);
    Sequence sequence = drive.add(greedy(new int[100], 1000));
    drive.finish();
    assertThat(sequence.ending()).isEqualTo(new Ending.Finished(FinishReason.LENGTH, null));
    assertThat(sequence.numTokens()).isEqualTo(128);
  }

  @Test
  void finishedSequenceTakesNothingFromTheStepItWasIn() {
    Drive drive = new Drive(new EngineConfig(64, 64, 4, QUEUE), 128, 4);
    Sequence cut = drive.add(greedy(new int[10], 50));
    Sequence other = drive.add(greedy(new int[10], 50));
    drive.step();
    drive.submit();
    drive.scheduler.finish(cut, new Ending.Cancelled());
    assertThat(drive.pool.numFree()).isEqualTo(3);
    drive.commitOldest();
    assertThat(cut.numTokens()).isEqualTo(11);
    assertThat(other.numTokens()).isEqualTo(12);
  }

  @Test
  void lostPageIsFound() {
    Drive drive = new Drive(new EngineConfig(64, 64, 4, QUEUE), 128, 2);
    Sequence sequence = drive.add(greedy(new int[10], 50));
    drive.step();
    drive.pool.share(sequence.pages().ids()[0]);
    assertThatThrownBy(drive.scheduler::checkIntegrity).hasMessageContaining("(1), got 2");
    drive.scheduler.finish(sequence, new Ending.Cancelled());
    assertThatThrownBy(drive.scheduler::checkIntegrity).hasMessageContaining("(0), got 1");
  }

  @Test
  void waitingForPagesThatNeverComeIsAnError() {
    Drive drive = new Drive(new EngineConfig(64, 64, 4, QUEUE), 128, 2);
    drive.pool.extend(new PageTable(), 1);
    drive.add(greedy(new int[100], 1));
    assertThat(drive.scheduler.schedule()).isNull();
    assertThatThrownBy(drive.scheduler::checkIdle)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("1 of 2 pages are free");
  }
}
