package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.AttentionShape.Sequence;
import dev.fovea.tensor.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class AttentionContractTest {
  private static final long SEED = 20_230_717;
  private static final int SAMPLED_CASES = 120;
  private static final long SAMPLED_WORK = 60_000_000;
  private static final long BATTERY_WORK = 200_000_000;

  static Stream<AttentionShape> sampled() {
    Random random = new Random(SEED);
    return Stream.concat(
        chosen(),
        IntStream.range(0, SAMPLED_CASES)
            .mapToObj(i -> AttentionShape.random(random, SAMPLED_WORK)));
  }

  /** Cases that a sample must not miss: each head dim, deep decodes, the model's own shape. */
  private static Stream<AttentionShape> chosen() {
    List<Sequence> mixed =
        List.of(new Sequence(1, 1000), new Sequence(113, 113), new Sequence(70, 200));
    Stream<AttentionShape> dims =
        IntStream.of(AttentionShape.HEAD_DIMS)
            .mapToObj(d -> new AttentionShape(DType.BF16, new HeadLayout(8, 2, d), 0, mixed, d));
    List<Sequence> beyondTheirSlots =
        List.of(new Sequence(1, 0), new Sequence(70, 40), new Sequence(3, 0), new Sequence(2, 64));
    return Stream.concat(
        dims.flatMap(shape -> Stream.of(shape, shape.full())),
        Stream.of(
            new AttentionShape(DType.BF16, new HeadLayout(4, 2, 64), 0, beyondTheirSlots, 4).full(),
            new AttentionShape(DType.F32, new HeadLayout(4, 1, 40), 0, beyondTheirSlots, 5).full(),
            new AttentionShape(
                DType.BF16, new HeadLayout(8, 2, 128), 0, List.of(new Sequence(1, 16_385)), 1),
            new AttentionShape(
                DType.F32, new HeadLayout(4, 2, 64), 0, List.of(new Sequence(2, 12_289)), 2),
            new AttentionShape(
                DType.F16, new HeadLayout(16, 1, 64), 65, List.of(new Sequence(300, 4097)), 3)));
  }

  static Stream<AttentionShape> cross() {
    return AttentionShape.cross(BATTERY_WORK).stream();
  }

  @ParameterizedTest
  @MethodSource("sampled")
  void matchesFp64(AttentionShape shape) {
    matchesFp64AndRepeats(shape);
  }

  @Tag("battery")
  @ParameterizedTest
  @MethodSource("cross")
  void matchesFp64OverTheWholeCrossProduct(AttentionShape shape) {
    matchesFp64AndRepeats(shape);
  }

  private static void matchesFp64AndRepeats(AttentionShape shape) {
    AttentionCase data = new AttentionCase(shape);
    AttentionOracle oracle = new AttentionOracle(data);
    Backends.onEach(
        kernels -> {
          TestTensor out = data.newOutput();
          data.run(kernels, data.inputs(), out);
          oracle.check(out);
          byte[] first = out.toBytes();
          data.run(kernels, data.inputs(), out);
          assertThat(out.toBytes()).as("bits of a second run").isEqualTo(first);
        });
  }

  /**
   * A row's bits depend on its sequence alone: neither on the batch nor, on CPUs, on how it was
   * cut.
   */
  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16", "F16"})
  void rowsDoNotDependOnBatchOrChunk(DType dtype) {
    List<Sequence> whole =
        List.of(new Sequence(300, 300), new Sequence(1, 777), new Sequence(65, 1100));
    for (int[] heads : new int[][] {{8, 2}, {4, 4}, {16, 1}}) {
      HeadLayout layout = new HeadLayout(heads[0], heads[1], 64);
      for (AttentionShape shape :
          new AttentionShape(dtype, layout, 0, whole, 0).underEachMask(100)) {
        AttentionCase data = new AttentionCase(shape);
        Backends.onEach(kernels -> assertSameBitsInPieces(kernels, data));
      }
    }
  }

  /** Heads of few rows share a tile, as many as the batch allows; the bits stay theirs. */
  @ParameterizedTest
  @CsvSource({"24, 1, 72", "48, 1, 8", "13, 1, 40", "64, 64, 40", "72, 36, 72", "300, 300, 8"})
  void headsDoNotDependOnThoseTheyShareATileWith(int query, int kv, int dim) {
    HeadLayout layout = new HeadLayout(query, kv, dim);
    List<Sequence> mixed =
        List.of(
            new Sequence(1, 1030),
            new Sequence(8, 8),
            new Sequence(0, 0),
            new Sequence(5, 70),
            new Sequence(33, 65));
    for (AttentionShape shape :
        new AttentionShape(DType.BF16, layout, 0, mixed, dim).underEachMask(66)) {
      AttentionCase data = new AttentionCase(shape);
      AttentionOracle oracle = new AttentionOracle(data);
      Backends.onEach(
          kernels -> {
            TestTensor together = data.newOutput();
            data.run(kernels, data.inputs(), together);
            oracle.check(together);
            assertSameBitsInPieces(kernels, data);
          });
    }
  }

  private static void assertSameBitsInPieces(Kernels kernels, AttentionCase data) {
    TestTensor together = data.newOutput();
    data.run(kernels, data.inputs(), together);
    int start = 0;
    for (int i = 0; i < data.shape.sequences().size(); i++) {
      Sequence sequence = data.shape.sequences().get(i);
      for (int piece : pieces(sequence.rows())) {
        for (int from = 0; from < sequence.rows(); from += piece) {
          if (piece == 1 && from % 41 > 1 && from < sequence.rows() - 1) {
            continue; // single rows are many: a few are enough
          }
          int rows = Math.min(piece, sequence.rows() - from);
          TestTensor alone = data.runRows(kernels, i, start + from, rows, from);
          assertThat(alone.toBytes())
              .as("%s: rows %d + %d of sequence %d in pieces", data.shape, from, rows, i)
              .isEqualTo(bytes(together, start + from, rows));
        }
      }
      start += sequence.rows();
    }
  }

  private static int[] pieces(int rows) {
    return Backends.areOnGpu() ? new int[] {rows} : new int[] {1, 7, 64, rows};
  }

  private static byte[] bytes(TestTensor tensor, int row, int rows) {
    int rowBytes = (int) tensor.view().rows(1).byteSize();
    return Arrays.copyOfRange(tensor.toBytes(), row * rowBytes, (row + rows) * rowBytes);
  }

  @Test
  void rowsThatSeeNothingGiveZeros() {
    AttentionShape shape =
        new AttentionShape(
            DType.BF16,
            new HeadLayout(4, 2, 64),
            0,
            List.of(new Sequence(3, 3), new Sequence(70, 70)),
            5);
    AttentionCase data = new AttentionCase(shape);
    Backends.onEach(
        kernels -> {
          TestTensor whole = data.newOutput();
          data.run(kernels, data.inputs(), whole);
          AttentionCase.Inputs inputs = data.inputs();
          inputs.contextLength()[0] = 0;
          inputs.contextLength()[1] = 68; // its first two rows sit before the sequence
          TestTensor out = data.newOutput();
          data.run(kernels, inputs, out);
          double[] got = out.values();
          for (int i = 0; i < data.element(5, 0); i++) {
            assertThat(got[i]).as("element %d", i).isZero();
          }
          assertThat(got[data.element(5, 0)]).isNotZero().isFinite();
        });
  }

  /** A sequence's last row sees all of it under either mask, be it a generated token's or not. */
  @ParameterizedTest
  @CsvSource({"BF16, 2", "BF16, 3", "F16, 2", "F32, 2"})
  void singleRowsHaveTheSameBitsUnderBothMasks(DType dtype, long seed) {
    List<Sequence> single =
        List.of(new Sequence(1, 1), new Sequence(1, 129), new Sequence(1, 3000));
    AttentionShape shape = new AttentionShape(dtype, new HeadLayout(8, 2, 64), 0, single, seed);
    AttentionCase causal = new AttentionCase(shape);
    AttentionCase full = new AttentionCase(shape.full());
    Backends.onEach(
        kernels -> {
          TestTensor expected = causal.newOutput();
          causal.run(kernels, causal.inputs(), expected);
          TestTensor out = full.newOutput();
          full.run(kernels, full.inputs(), out);
          assertThat(out.toBytes()).isEqualTo(expected.toBytes());
        });
  }

  @Test
  void anEmptyBatchDoesNothing() {
    AttentionShape shape =
        new AttentionShape(
            DType.BF16,
            new HeadLayout(4, 2, 64),
            0,
            List.of(new Sequence(0, 10), new Sequence(2, 5), new Sequence(0, 0)),
            6);
    matchesFp64AndRepeats(shape);
  }
}
