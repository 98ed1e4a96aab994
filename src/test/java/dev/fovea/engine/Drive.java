package dev.fovea.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.engine.GenerationListener.Ending;
import dev.fovea.model.Batch;
import dev.fovea.model.MemoryPlan;
import dev.fovea.model.StepRunner;
import dev.fovea.model.StepRunner.Limits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A scheduler and a fake device, step by step on this thread as the engine's loop goes, with one or
 * two steps in flight; checked at each.
 */
final class Drive {
  static final int VOCABULARY = 101;

  final Setup setup;
  final PagePool pool;
  final Scheduler scheduler;
  final FakeStepRunner runner;
  final Map<Sequence, Asked> asked = new LinkedHashMap<>();
  private final List<Sequence> live = new ArrayList<>();
  private final Deque<InFlight> inFlight = new ArrayDeque<>();
  private final PageTable hoard = new PageTable();
  private long numSteps;

  /**
   * @param maxInFlight steps that may be submitted and not yet awaited
   */
  record Setup(
      EngineConfig config, int maxContext, int numPages, PrefillTable table, int maxInFlight) {
    Setup(EngineConfig config, int maxContext, int numPages) {
      this(config, maxContext, numPages, PrefillTable.NONE, 1);
    }
  }

  /** What an output must be. */
  record Asked(GenerationRequest request, int choice) {}

  private record InFlight(Step step, StepRunner.Ticket ticket) {}

  Drive(Setup setup) {
    this.setup = setup;
    EngineConfig config = setup.config();
    pool = new PagePool(setup.numPages(), config.prefixCache());
    scheduler = new Scheduler(config, pool, setup.table().cost());
    runner =
        new FakeStepRunner(
            new Limits(
                config.stepTokens(),
                config.maxSequences(),
                setup.maxContext(),
                setup.numPages(),
                VOCABULARY));
  }

  Drive(EngineConfig config, int maxContext, int numPages) {
    this(new Setup(config, maxContext, numPages));
  }

  Sequence add(GenerationRequest request) {
    return add(request, 1).get(0);
  }

  /** All outputs of a request, which share its prompt where there is a prefix cache. */
  List<Sequence> add(GenerationRequest request, int outputs) {
    return add(request, outputs, new Party());
  }

  /** One output of each of the requests that a client makes together. */
  List<Sequence> addTogether(List<GenerationRequest> requests) {
    Party party = new Party();
    return requests.stream().map(each -> add(each, 1, party).get(0)).toList();
  }

  private List<Sequence> add(GenerationRequest request, int outputs, Party party) {
    List<Sequence> group = new ArrayList<>();
    for (int choice = 0; choice < outputs; choice++) {
      Sequence sequence = new Sequence(request, choice, setup.maxContext(), null, new Timeline(0));
      sequence.join(party);
      if (choice > 0 && setup.config().prefixCache()) {
        sequence.follow(group.get(0));
      }
      group.add(sequence);
      asked.put(sequence, new Asked(request, choice));
      live.add(sequence);
      scheduler.add(sequence);
    }
    return group;
  }

  boolean hasWork() {
    return scheduler.numRunning() + scheduler.numWaiting() + inFlight.size() > 0;
  }

  /** Submits steps until enough are in flight, then commits the oldest; which, or null. */
  Step step() {
    Step committed = advance();
    scheduler.checkIntegrity();
    return committed;
  }

  private Step advance() {
    boolean isSupplied = false;
    while (!isSupplied && inFlight.size() < setup.maxInFlight()) {
      boolean mustWait = !inFlight.isEmpty() && scheduler.mustSynchronize();
      isSupplied = mustWait || submit() == null;
    }
    return commitOldest();
  }

  /** Plans a step and hands it to the device; null: there is nothing to do. */
  Step submit() {
    live.removeIf(each -> each.state() == Sequence.State.FINISHED);
    List<Sequence> decoding =
        live.stream()
            .filter(each -> each.state() == Sequence.State.DECODE && !each.isSpent())
            .toList();
    Step step = scheduler.schedule();
    if (step != null) {
      assertBounds(step.batch());
      step.admitted().forEach(this::assertInTurn);
      // No decode ever skips a step, whatever prompts there are.
      for (Sequence sequence : decoding) {
        assertThat(step.drawing().contains(sequence) || isWaiting(sequence)).isTrue();
      }
      inFlight.addLast(new InFlight(step, runner.submit(step.batch())));
      numSteps++;
    }
    return step;
  }

  /** Null: none is in flight. */
  Step commitOldest() {
    InFlight oldest = inFlight.pollFirst();
    if (oldest == null) {
      return null;
    }
    scheduler.commit(oldest.step(), runner.await(oldest.ticket()));
    return oldest.step();
  }

  /** Takes the free pages away until that has preempted a sequence, or none is left. */
  void forcePreemption() {
    long before = scheduler.numPreemptions();
    while (scheduler.numPreemptions() == before && hasWork()) {
      if (scheduler.numRunning() < 2) {
        pool.release(hoard);
      } else {
        pool.extend(hoard, (hoard.numPages() + pool.numFree()) * Batch.PAGE_SLOTS);
      }
      advance();
    }
    pool.release(hoard);
    scheduler.checkIntegrity();
  }

  /**
   * Runs until nothing is left. The oldest sequence that runs gets on with every step and is never
   * preempted, so that there are at most as many steps as tokens; more are starvation.
   */
  void finish() {
    long tokens = 0;
    for (Asked each : asked.values()) {
      tokens += each.request().prompt().length + each.request().stop().maxTokens();
    }
    long most = numSteps + 2 * tokens;
    while (hasWork()) {
      assertThat(numSteps).as("steps").isLessThanOrEqualTo(most);
      step();
    }
    assertThat(step()).isNull();
    scheduler.checkIdle();
    assertThat(pool.numFree()).isEqualTo(pool.numPages());
  }

  void assertAllAsComputedAlone() {
    asked.forEach(
        (sequence, what) -> {
          FakeModel.Output alone =
              runner.model().complete(what.request(), what.choice(), setup.maxContext());
          assertThat(output(sequence)).isEqualTo(alone.ids());
          assertThat(sequence.ending())
              .isEqualTo(new Ending.Finished(alone.reason(), alone.stopToken()));
        });
  }

  /** What was found in the cache has been somebody's under the same salt. */
  void assertHitsAreOfTheSameSalt() {
    asked.forEach(
        (sequence, what) -> {
          if (sequence.cachedTokens() > 0) {
            assertThat(asked.keySet())
                .anyMatch(
                    other ->
                        other != sequence
                            && other.terms().cacheSalt().equals(what.request().terms().cacheSalt())
                            && begins(other, sequence.ids(), sequence.cachedTokens()));
          }
        });
  }

  private static boolean begins(Sequence sequence, int[] ids, int count) {
    return sequence.numTokens() >= count && Arrays.equals(sequence.ids(), 0, count, ids, 0, count);
  }

  private static int[] output(Sequence sequence) {
    return Arrays.copyOfRange(sequence.ids(), sequence.numPrompt(), sequence.numTokens());
  }

  private static boolean isWaiting(Sequence sequence) {
    return sequence.state() == Sequence.State.WAITING;
  }

  /** The fake device itself refuses a step beyond its limits. */
  private void assertBounds(Batch batch) {
    List<Batch.Entry> prefills =
        batch.entries().subList(batch.numGenerated(), batch.entries().size());
    for (Batch.Entry entry : prefills) {
      assertThat(entry.tokens().count()).isBetween(1, setup.config().chunkTokens());
    }
    setup.table().assertKept(prefills, batch.numGenerated() > 0);
  }

  /** Whoever waits still, and came before, follows another output or has its party's share. */
  private void assertInTurn(Sequence admitted) {
    for (Sequence other : live) {
      boolean isBefore =
          other.turn() < admitted.turn()
              || other.turn() == admitted.turn() && other.arrival() < admitted.arrival();
      if (isWaiting(other) && isBefore && asked.get(other).choice() == 0) {
        List<Sequence> party = running(other.party());
        int pages = MemoryPlan.pagesFor(other.numTokens());
        pages += party.stream().mapToInt(Sequence::numOwnPages).sum();
        assertThat(
                2 * party.size() >= setup.config().maxSequences() || 2 * pages > setup.numPages())
            .as("a sequence runs, yet one before it waits, of whose party run " + party.size())
            .isTrue();
        assertThat(party).isNotEmpty();
      }
    }
  }

  private List<Sequence> running(Party party) {
    return live.stream()
        .filter(each -> each.party() == party)
        .filter(
            each -> List.of(Sequence.State.PREFILL, Sequence.State.DECODE).contains(each.state()))
        .toList();
  }
}
