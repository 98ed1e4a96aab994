package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.AttentionShape.Sequence;
import dev.fovea.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What only a GPU can show of attention: races, and lengths beyond a CPU's patience. */
@Tag("gpu")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeviceAttentionTest {
  private static final int LONGEST = 131_072;

  /** Multiply-adds that let the oracle judge about 64 rows of both heads of the longest prompt. */
  private static final long SIXTY_FOUR_ROWS = 4_300_000_000L;

  private Kernels kernels;

  @BeforeAll
  void open() {
    kernels = CudaKernels.open(0);
  }

  @AfterAll
  void close() {
    kernels.close();
  }

  @Test
  void manyRunsOfALargeBatchGiveTheSameBits() {
    Random random = new Random(60);
    List<Sequence> sequences = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      int context = 1 + random.nextInt(3000);
      sequences.add(new Sequence(i < 40 ? 1 : Math.min(context, 1 + random.nextInt(200)), context));
    }
    HeadLayout heads = new HeadLayout(8, 2, 128);
    AttentionShape causal = new AttentionShape(DType.BF16, heads, 0, sequences, 60);
    AttentionShape half = new AttentionShape(DType.F16, heads, 0, sequences, 60);
    for (AttentionShape shape : List.of(causal, half, causal.full())) {
      AttentionCase data = new AttentionCase(shape);
      TestTensor out = data.newOutput();
      data.run(kernels, data.inputs(), out);
      byte[] first = out.toBytes();
      for (int run = 0; run < 250; run++) {
        data.repeat(kernels, data.inputs(), out);
        assertThat(out.toBytes()).as("%s, run %d", shape, run).isEqualTo(first);
      }
    }
  }

  @Test
  void theLongestPromptMatchesFp64InSampledRows() {
    matches(longest(new Sequence(LONGEST, LONGEST), 1));
    matches(longest(new Sequence(LONGEST, LONGEST), 1).full());
  }

  @Test
  void aTokenBehindTheLongestPromptMatchesFp64() {
    matches(longest(new Sequence(1, LONGEST), 2));
    matches(longest(new Sequence(1, LONGEST), 3));
  }

  /** Few rows, whose walks are split; with a window that leaves them one part. */
  @Test
  void piecesBehindLongContextsMatchFp64() {
    List<Sequence> pieces =
        List.of(new Sequence(64, 60_000), new Sequence(1, 20_000), new Sequence(30, 30));
    for (HeadLayout heads : List.of(new HeadLayout(2, 1, 128), new HeadLayout(6, 2, 64))) {
      matches(new AttentionShape(DType.BF16, heads, 0, pieces, 4));
      matches(new AttentionShape(DType.F16, heads, 0, pieces, 5).full());
      matches(new AttentionShape(DType.BF16, heads, 5000, pieces, 5));
      matches(new AttentionShape(DType.BF16, heads, 700, pieces, 4));
    }
  }

  /**
   * @param seed even: the single row is a generated token's
   */
  private static AttentionShape longest(Sequence sequence, long seed) {
    return new AttentionShape(DType.BF16, new HeadLayout(2, 1, 128), 0, List.of(sequence), seed);
  }

  private void matches(AttentionShape shape) {
    AttentionCase data = new AttentionCase(shape);
    TestTensor out = data.newOutput();
    data.run(kernels, data.inputs(), out);
    new AttentionOracle(data, SIXTY_FOUR_ROWS).check(out);
  }
}
