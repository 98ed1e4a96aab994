package dev.fovea.server.bench.serve;

import java.util.Locale;
import java.util.SplittableRandom;

/** Whole numbers from low to high, each as likely as the others. */
public record Range(int low, int high) {

  public Range {
    if (low < 1 || high < low) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "expected 1 <= low <= high, got %d:%d", low, high));
    }
  }

  /**
   * @param text {@code 128}, or {@code 64:256}
   * @throws IllegalArgumentException for other text
   */
  public static Range of(String text) {
    String[] ends = text.split(":", 2);
    return new Range(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
  }

  int draw(SplittableRandom random) {
    return random.nextInt(low, high + 1);
  }

  @Override
  public String toString() {
    return low == high
        ? String.format(Locale.ROOT, "%d", low)
        : String.format(Locale.ROOT, "%d:%d", low, high);
  }
}
