package dev.fovea.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.fovea.model.RopeConfig.Dynamic;
import dev.fovea.model.RopeConfig.Linear;
import dev.fovea.model.RopeConfig.Llama3;
import dev.fovea.model.RopeConfig.None;
import dev.fovea.model.RopeConfig.Ramp;
import dev.fovea.model.RopeConfig.Scaling;
import dev.fovea.model.RopeConfig.Yarn;
import dev.fovea.tensor.TensorView;
import java.nio.FloatBuffer;
import org.junit.jupiter.api.Test;

/** Frequencies at the sizes of real models; expected values printed by transformers 5.18. */
class RotaryTableTest {
  /** Pairs 1, D/8, D/4 - 4, D/4, D/4 + 6 and D/2 - 1 of D = 128. */
  private static final int[] PAIRS = {1, 16, 28, 32, 38, 63};

  /** Two units in the last place of fp32: torch's powf and Java's differ by one. */
  private static final double BOUND = 2.4e-7;

  @Test
  void llama3ScalesLongWavesOnly() {
    assertFrequencies(
        500_000,
        new Llama3(8, 1, 4, 8192),
        0.8146172165870667,
        0.03760603070259094,
        0.0032114461064338684,
        0.0005248460220173001,
        5.165906986803748e-05,
        3.068925877869333e-07);
  }

  @Test
  void yarnInterpolatesByParts() {
    assertFrequencies(
        1_000_000,
        new Yarn(4, new Ramp(32, 1, true), 1.138629436111989, 32768),
        0.8058422207832336,
        0.03162277862429619,
        0.0018482765881344676,
        0.0006029411451891065,
        9.262301318813115e-05,
        3.102344408034696e-07);
  }

  @Test
  void linearDividesAll() {
    assertFrequencies(
        10_000,
        new Linear(4),
        0.21649108827114105,
        0.02500000037252903,
        0.004445698577910662,
        0.0024999999441206455,
        0.0010542412055656314,
        2.8869548259535804e-05);
  }

  @Test
  void aStretchingBaseIsPlainUpToTheTrainedContextAndThatOfTheServedOneBeyond() {
    RopeConfig rope = new RopeConfig(10_000, 128, new Dynamic(2, 4096));
    for (int context : new int[] {100, 4096}) {
      assertFrequencies(
          RotaryTable.frequencies(rope, context),
          0.8659643530845642,
          0.10000000149011612,
          0.017782794311642647,
          0.009999999776482582,
          0.0042169648222625256,
          0.00011547819303814322);
    }
    assertFrequencies(
        RotaryTable.frequencies(rope, 8192),
        0.8509942889213562,
        0.07565303146839142,
        0.010913049802184105,
        0.005723381880670786,
        0.0021737648639827967,
        3.849273343803361e-05);
  }

  @Test
  void aRotatedPartSpreadsTheFrequenciesOverItself() {
    Yarn yarn = new Yarn(4, new Ramp(32, 1, true), 1, 4096);
    float[] part = RotaryTable.frequencies(new RopeConfig(10_000, 32, yarn), 1);
    assertThat(part).hasSize(16);
    assertThat((double) part[6]).isCloseTo(0.02823462337255478, within(1e-8));
    float[] odd = RotaryTable.frequencies(new RopeConfig(10_000, 5, new None()), 1);
    assertThat(odd).hasSize(3);
    assertThat((double) odd[1]).isCloseTo(Math.pow(10_000, -0.4), within(1e-8));
  }

  @Test
  void rowsHoldCosinesThenSines() {
    TensorView table = RotaryTable.host(new RopeConfig(10_000, 8, new None()), 5);
    FloatBuffer values = table.bytes().asFloatBuffer();
    assertThat(values.get(0)).isEqualTo(1);
    assertThat(values.get(4)).isZero();
    assertThat(values.get(3 * 8)).isEqualTo((float) Math.cos(3));
    assertThat(values.get(3 * 8 + 4)).isEqualTo((float) Math.sin(3));
  }

  private static void assertFrequencies(double theta, Scaling scaling, double... expected) {
    assertFrequencies(RotaryTable.frequencies(new RopeConfig(theta, 128, scaling), 1), expected);
  }

  private static void assertFrequencies(float[] got, double... expected) {
    for (int i = 0; i < PAIRS.length; i++) {
      assertThat((double) got[PAIRS[i]])
          .as("pair %d", PAIRS[i])
          .isCloseTo(expected[i], within(expected[i] * BOUND));
    }
  }
}
