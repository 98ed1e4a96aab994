package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhiloxTest {

  /** The published known-answer vectors of Random123 for philox4x32 with ten rounds. */
  @Test
  void matchesTheKnownAnswers() {
    assertThat(Philox.block(new int[4], new int[2]))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(Philox.block(new int[] {-1, -1, -1, -1}, new int[] {-1, -1}))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    int[] digitsOfPi = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344};
    assertThat(Philox.block(digitsOfPi, new int[] {0xa4093822, 0x299f31d0}))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void takesKeyAndCounterFromTheNoise() {
    long seed = 0x299f31d0a4093822L;
    long position = 0x85a308d3243f6a88L;
    int[] block =
        Philox.block(
            new int[] {0x243f6a88, 0x85a308d3, 0x13198a2e, 0}, new int[] {0xa4093822, 0x299f31d0});
    double expected = (Integer.toUnsignedLong(block[0]) + 0.5) / 4294967296.0;
    assertThat(Philox.uniform(new SampleRow.Noise(seed, 0x13198a2e, position))).isEqualTo(expected);
  }

  @Test
  void neverGivesZeroOrOne() {
    for (int i = 0; i < 100_000; i++) {
      assertThat(Philox.uniform(new SampleRow.Noise(i, 0, i))).isGreaterThan(0).isLessThan(1);
    }
  }
}
