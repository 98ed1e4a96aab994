package dev.fovea.engine;

import java.util.Random;
import java.util.random.RandomGenerator;

/** Runs a check with random choices and names their seed when it fails. */
final class Seeded {
  private Seeded() {}

  /** A check that draws its cases. */
  interface Check {
    void run(Random random) throws Exception;
  }

  /** With two fixed seeds and a fresh one. */
  static void check(Check check) {
    for (long seed : new long[] {1, 2, RandomGenerator.getDefault().nextLong()}) {
      try {
        check.run(new Random(seed));
      } catch (Exception | AssertionError cause) {
        throw new AssertionError("with seed " + seed + "L: " + cause.getMessage(), cause);
      }
    }
  }
}
