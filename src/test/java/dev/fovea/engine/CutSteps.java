package dev.fovea.engine;

import dev.fovea.model.Batch;
import dev.fovea.model.SamplingParams;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Knows which steps may still compute an output that has been cut: those submitted, and two more.
 * What a batch computes is told by the seed of a draw, and by a number in the last three tokens of
 * each prompt.
 */
final class CutSteps {
  static final int MAX_CHOICES = 3;

  /** Prompts and their numbers are written in other ids; so is what the numbers' place shows. */
  private static final int FIRST_DIGIT = 900;

  private static final int RADIX = 97;

  private final AtomicLong numSubmitted = new AtomicLong();
  private final AtomicLong numLate = new AtomicLong();

  /** For each output the first step that must not compute it. */
  private final AtomicLongArray limits;

  CutSteps(int numRequests) {
    limits = new AtomicLongArray(numRequests * MAX_CHOICES);
  }

  /** The request with its number written into it. */
  GenerationRequest number(int number, GenerationRequest request) {
    int length = request.prompt().length;
    int[] prompt =
        Arrays.copyOf(
            Arrays.stream(request.prompt()).map(id -> id % FIRST_DIGIT).toArray(), length + 3);
    prompt[length] = FIRST_DIGIT + number / RADIX / RADIX;
    prompt[length + 1] = FIRST_DIGIT + number / RADIX % RADIX;
    prompt[length + 2] = FIRST_DIGIT + number % RADIX;
    SamplingParams params = request.sampling();
    SamplingParams sampling =
        new SamplingParams(
            params.temperature(),
            params.topK(),
            params.topP(),
            params.minP(),
            params.penalties(),
            number);
    return new GenerationRequest(prompt, sampling, request.stop(), request.terms());
  }

  /** An output is about to be submitted. */
  void expect(int number, int choice) {
    limits.set(number * MAX_CHOICES + choice, Long.MAX_VALUE);
  }

  /** A cut has been taken. Any thread. */
  void cut(int number, int choice) {
    int output = number * MAX_CHOICES + choice;
    // Of several cuts the first counts.
    limits.accumulateAndGet(output, numSubmitted.get() + 2, Math::min);
  }

  /** Engine thread. */
  void onSubmit(long step, Batch batch) {
    numSubmitted.set(step + 1);
    for (Batch.Entry entry : batch.entries()) {
      if (step >= limitOf(entry)) {
        numLate.incrementAndGet();
      }
    }
  }

  /** Parts of batches that computed an output in the third step after its cut, or later. */
  long numLate() {
    return numLate.get();
  }

  private long limitOf(Batch.Entry entry) {
    if (entry.draw() != null) {
      return limits.get((int) entry.draw().params().seed() * MAX_CHOICES + entry.draw().choice());
    }
    int[] ids = entry.tokens().ids();
    int digit = 0;
    while (ids[digit] < FIRST_DIGIT) {
      digit++;
    }
    int number = 0;
    for (int i = 0; i < 3; i++) {
      number = number * RADIX + ids[digit + i] - FIRST_DIGIT;
    }
    // Of which output a piece of the prompt is, does not show.
    long last = 0;
    for (int choice = 0; choice < MAX_CHOICES; choice++) {
      last = Math.max(last, limits.get(number * MAX_CHOICES + choice));
    }
    return last;
  }
}
