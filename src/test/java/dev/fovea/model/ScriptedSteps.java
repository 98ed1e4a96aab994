package dev.fovea.model;

import dev.fovea.model.Batch.Entry;
import dev.fovea.model.Batch.Place;
import dev.fovea.model.Batch.TokenSlice;
import dev.fovea.model.StepRunner.Ticket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A small scheduler over {@link StepRunner}: sequences join, are computed in chunks, decode, end
 * and are preempted, all by a seed and not by what is drawn. It either waits for each step and
 * sends all it knows anew, or has two steps in flight, passes tokens by reference and sends new
 * pages alone; then what it lends is spoilt as soon as it may be.
 */
final class ScriptedSteps {
  private static final int STEPS = 120;
  private static final int MAX_OUTPUT = 70;
  private static final int GARBAGE = -77;

  private final StepRunner runner;
  private final boolean isOverlapped;
  private final Random random;
  private final Sequence[] rows;
  private final Deque<Integer> freePages = new ArrayDeque<>();
  private final Deque<Step> inFlight = new ArrayDeque<>();
  private final List<List<Integer>> outputs = new ArrayList<>();

  private record Step(Ticket ticket, List<Sequence> drawing) {}

  private static final class Sequence {
    final int id;
    final int[] tokens = new int[256];
    final List<Integer> output;
    final int numPrompt;
    final int numOutput;
    final int[] pages = new int[4];
    int numPages;
    int numSent;
    int numCached;

    /** Tokens that are known, prompt and output. */
    int numTokens;

    /** Tokens that were drawn, known or not. */
    int numDrawn;

    /** Which of the tokens of the last step is this one's; -1: none. */
    int drawn = -1;

    Sequence(int id, Random random, List<Integer> output) {
      this.id = id;
      this.output = output;
      numPrompt = 1 + random.nextInt(150);
      numOutput = 1 + random.nextInt(MAX_OUTPUT);
      numTokens = numPrompt;
      for (int i = 0; i < numPrompt; i++) {
        tokens[i] = random.nextInt(64);
      }
    }

    boolean isDecoding() {
      return numCached >= numPrompt && numCached + 1 == numPrompt + numDrawn;
    }
  }

  ScriptedSteps(StepRunner runner, long seed, boolean isOverlapped) {
    this.runner = runner;
    this.isOverlapped = isOverlapped;
    random = new Random(seed);
    rows = new Sequence[runner.limits().maxSequences()];
    List<Integer> pages =
        new ArrayList<>(IntStream.range(0, runner.limits().numPages()).boxed().toList());
    Collections.shuffle(pages, random);
    freePages.addAll(pages);
  }

  /** The output of every sequence that was ever begun. */
  List<List<Integer>> run() {
    for (int step = 0; step < STEPS; step++) {
      change();
      List<Sequence> decoding = new ArrayList<>();
      List<Sequence> computing = new ArrayList<>();
      for (Sequence sequence : rows) {
        if (sequence != null && random.nextInt(30) == 0) {
          awaitAll(); // who misses a step cannot refer to the one before it later
        } else if (sequence != null) {
          (sequence.isDecoding() ? decoding : computing).add(sequence);
        }
      }
      submit(decoding, computing);
    }
    awaitAll();
    return outputs;
  }

  /**
   * Ends what is complete, preempts now and then, and lets others join. A preempted sequence goes
   * on in the next row if that one is free, else it is forgotten.
   */
  private void change() {
    for (int row = 0; row < rows.length; row++) {
      Sequence sequence = rows[row];
      if (sequence != null && sequence.numDrawn >= sequence.numOutput) {
        leave(row);
      } else if (sequence != null && random.nextInt(25) == 0) {
        awaitAll(); // to compute its tokens anew they must be known
        leave(row);
        sequence.numCached = 0;
        int next = (row + 1) % rows.length;
        rows[next] = rows[next] == null ? sequence : rows[next];
      } else if (sequence == null && random.nextInt(3) == 0) {
        List<Integer> output = new ArrayList<>();
        rows[row] = new Sequence(outputs.size(), random, output);
        outputs.add(output);
      }
    }
  }

  private void leave(int row) {
    Sequence sequence = rows[row];
    for (int i = 0; i < sequence.numPages; i++) {
      freePages.addFirst(sequence.pages[i]); // used again at once
    }
    sequence.numPages = 0;
    sequence.numSent = 0;
    rows[row] = null;
  }

  private void submit(List<Sequence> decoding, List<Sequence> computing) {
    List<Entry> entries = new ArrayList<>();
    List<Sequence> drawing = new ArrayList<>();
    List<int[]> lent = new ArrayList<>();
    for (Sequence sequence : decoding) {
      entries.add(entry(sequence, 1, true, lent));
      drawing.add(sequence);
    }
    for (Sequence sequence : computing) {
      int left = sequence.numTokens - sequence.numCached;
      int count = Math.min(left, 1 + random.nextInt(64));
      entries.add(entry(sequence, count, count == left, lent));
      if (count == left) {
        drawing.add(sequence);
      }
    }
    if (entries.isEmpty()) {
      return;
    }
    inFlight.add(new Step(runner.submit(new Batch(entries, decoding.size())), drawing));
    lent.forEach(array -> Arrays.fill(array, GARBAGE));
    for (int i = 0; i < drawing.size(); i++) {
      drawing.get(i).numDrawn++;
      drawing.get(i).drawn = i;
    }
    while (inFlight.size() > (isOverlapped ? 1 : 0)) {
      awaitOne();
    }
  }

  private Entry entry(Sequence sequence, int count, boolean draws, List<int[]> lent) {
    int before = sequence.numCached;
    boolean isKnown = before + count <= sequence.numTokens;
    int[] ids = sequence.tokens.clone();
    TokenSlice slice =
        isKnown ? new TokenSlice(ids, before, count) : TokenSlice.drawn(sequence.drawn);
    lent.add(ids);
    sequence.numCached += count;
    SamplingParams params =
        new SamplingParams(
            sequence.id % 3, 0, 1, 0, SamplingParams.Penalties.NONE, 1000L + sequence.id);
    Draw draw = draws ? Draw.of(params, sequence.numDrawn) : null;
    return new Entry(slice, before, place(sequence, before, lent), draw);
  }

  private Place place(Sequence sequence, int before, List<int[]> lent) {
    int needed = MemoryPlan.pagesFor(sequence.numCached);
    while (sequence.numPages < needed) {
      sequence.pages[sequence.numPages++] = freePages.removeFirst();
    }
    int[] pages = sequence.pages.clone();
    lent.add(pages);
    if (!isOverlapped) {
      return new Place(Place.NO_ROW, pages, 0);
    }
    // What the device knows need not be said again, but where new tokens go.
    int numKnown = sequence.numSent;
    Arrays.fill(pages, 0, Math.min(numKnown, before / Batch.PAGE_SLOTS), GARBAGE);
    sequence.numSent = needed;
    return new Place(Arrays.asList(rows).indexOf(sequence), pages, numKnown);
  }

  private void awaitAll() {
    while (!inFlight.isEmpty()) {
      awaitOne();
    }
  }

  private void awaitOne() {
    Step step = inFlight.remove();
    Tokens tokens = runner.await(step.ticket());
    for (int i = 0; i < tokens.ids().length; i++) {
      Sequence sequence = step.drawing().get(i);
      sequence.output.add(tokens.ids()[i]);
      sequence.tokens[sequence.numTokens++] = tokens.ids()[i];
      if (sequence.numTokens == sequence.numPrompt + sequence.numDrawn) {
        sequence.drawn = -1;
      }
    }
  }
}
