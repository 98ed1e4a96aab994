package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.kernel.AttentionShape.Sequence;
import dev.fovea.tensor.DType;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The bound of the attention contract can fail: each planted fault trips it, in every dtype. */
class AttentionFaultsTest {

  /** What a broken kernel would compute, said in arguments of a sound one. */
  private enum Fault {
    WINDOW_ONE_TOO_WIDE((data, in) -> with(in, in.window() + 1)),
    WINDOW_ONE_TOO_NARROW((data, in) -> with(in, in.window() - 1)),
    NO_WINDOW((data, in) -> with(in, 0)),
    /** A row sees one position less than it should: an off-by-one in the causal mask. */
    CAUSAL_ONE_SHORT(
        (data, in) -> {
          in.contextLength()[0] -= 1;
          return in;
        }),
    /** The table is read from one entry further on. */
    PAGE_OFF_BY_ONE(
        (data, in) -> {
          System.arraycopy(in.pageTable(), entry(in, 0) + 1, in.pageTable(), entry(in, 0), 2);
          in.contextLength()[0] -= KvLayer.PAGE_SLOTS;
          return in;
        }),
    /** One span in the middle never reaches the sum. */
    SPAN_DROPPED(
        (data, in) -> {
          in.pageTable()[entry(in, 0) + 1] = in.pageTable()[entry(in, 0) + 2];
          in.contextLength()[0] -= KvLayer.PAGE_SLOTS;
          return in;
        }),
    ANOTHER_SEQUENCES_PAGES(
        (data, in) -> {
          in.pageTable()[entry(in, 0) + 1] = in.pageTable()[entry(in, 1)];
          return in;
        }),
    ANOTHER_SEQUENCES_ROW(
        (data, in) -> {
          in.tableRow()[0] = in.tableRow()[1];
          return in;
        });

    private final BiFunction<AttentionCase, AttentionCase.Inputs, AttentionCase.Inputs> plant;

    Fault(BiFunction<AttentionCase, AttentionCase.Inputs, AttentionCase.Inputs> plant) {
      this.plant = plant;
    }

    boolean needsWindow() {
      return this == WINDOW_ONE_TOO_WIDE || this == WINDOW_ONE_TOO_NARROW || this == NO_WINDOW;
    }

    /** Where a sequence's pages begin in the page table. */
    private static int entry(AttentionCase.Inputs in, int sequence) {
      return in.tableRow()[sequence] * in.maxPages();
    }

    private static AttentionCase.Inputs with(AttentionCase.Inputs in, int window) {
      return new AttentionCase.Inputs(
          in.queryStart(),
          in.contextLength(),
          in.tableRow(),
          in.pageTable(),
          in.maxPages(),
          window,
          in.numGenerated());
    }
  }

  @TestFactory
  Stream<DynamicTest> eachFaultTripsTheBound() {
    return Stream.of(DType.F32, DType.BF16, DType.F16)
        .flatMap(
            dtype ->
                Stream.of(Fault.values())
                    .map(f -> DynamicTest.dynamicTest(f + " " + dtype, () -> trips(f, dtype))));
  }

  private static void trips(Fault fault, DType dtype) {
    AttentionCase data = caseOf(dtype, fault.needsWindow() ? 65 : 0);
    AttentionOracle oracle = new AttentionOracle(data);
    TestTensor out = data.newOutput();
    try (Kernels kernels = new ReferenceKernels()) {
      data.run(kernels, data.inputs(), out);
      assertThatCode(() -> oracle.check(out)).as("without the fault").doesNotThrowAnyException();
      data.run(kernels, fault.plant.apply(data, data.inputs()), out);
      assertThatThrownBy(() -> oracle.check(out))
          .isInstanceOf(AssertionError.class)
          .hasMessageContaining("above the bound");
    }
  }

  @TestFactory
  Stream<DynamicTest> aWrongHeadMappingTripsTheBound() {
    return Stream.of(DType.F32, DType.BF16, DType.F16)
        .map(dtype -> DynamicTest.dynamicTest(dtype.toString(), () -> wrongHeads(dtype)));
  }

  /** Head h reads KV head h mod Hkv instead of h / (Hq / Hkv): seen as q heads in another order. */
  private static void wrongHeads(DType dtype) {
    AttentionCase data = caseOf(dtype, 0);
    AttentionOracle oracle = new AttentionOracle(data);
    TestTensor out = data.newOutput();
    try (Kernels kernels = new ReferenceKernels()) {
      data.run(kernels, data.inputs(), out);
      int dim = data.shape.heads().dim();
      double[] sound = out.values();
      for (int row = 0; row < data.shape.numTokens(); row++) {
        for (int d = 0; d < dim; d++) {
          out.set(data.element(row, 1) + d, sound[data.element(row, 2) + d]);
          out.set(data.element(row, 2) + d, sound[data.element(row, 1) + d]);
        }
      }
      assertThatThrownBy(() -> oracle.check(out)).isInstanceOf(AssertionError.class);
    }
  }

  private static AttentionCase caseOf(DType dtype, int window) {
    List<Sequence> sequences = List.of(new Sequence(5, 190), new Sequence(1, 70));
    return new AttentionCase(
        new AttentionShape(dtype, new HeadLayout(4, 2, 64), window, sequences, 11));
  }
}
