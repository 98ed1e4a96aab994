package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.kernel.Attention.Mask;
import dev.fovea.kernel.AttentionShape.Sequence;
import dev.fovea.tensor.DType;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The bound of the attention contract can fail: each planted fault trips it, in every dtype. */
class AttentionFaultsTest {
  private static final int WINDOW = 65;

  /** What a broken kernel would compute, said in arguments of a sound one. */
  private enum Fault {
    WINDOW_ONE_TOO_WIDE((data, in) -> windowed(in, WINDOW + 1)),
    WINDOW_ONE_TOO_NARROW((data, in) -> windowed(in, WINDOW - 1)),
    NO_WINDOW((data, in) -> windowed(in, 0)),
    CAUSAL_AS_FULL((data, in) -> with(in, Mask.full(in.mask().scale()))),
    FULL_AS_CAUSAL((data, in) -> windowed(in, 0)),
    /** The last slot is seen by nobody. */
    FULL_ONE_SHORT(
        (data, in) -> {
          in.contextLength()[0] -= 1;
          return in;
        }),
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

    AttentionCase caseOf(DType dtype) {
      return switch (this) {
        case WINDOW_ONE_TOO_WIDE, WINDOW_ONE_TOO_NARROW, NO_WINDOW ->
            new AttentionCase(shapeOf(dtype, WINDOW));
        case FULL_AS_CAUSAL, FULL_ONE_SHORT -> new AttentionCase(shapeOf(dtype, 0).full());
        default -> new AttentionCase(shapeOf(dtype, 0));
      };
    }

    /** Where a sequence's pages begin in the page table. */
    private static int entry(AttentionCase.Inputs in, int sequence) {
      return in.tableRow()[sequence] * in.maxPages();
    }

    private static AttentionCase.Inputs windowed(AttentionCase.Inputs in, int window) {
      return with(in, Mask.causal(in.mask().scale(), window));
    }

    private static AttentionCase.Inputs with(AttentionCase.Inputs in, Mask mask) {
      return new AttentionCase.Inputs(
          in.queryStart(),
          in.contextLength(),
          in.tableRow(),
          in.pageTable(),
          in.maxPages(),
          mask,
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
    AttentionCase data = fault.caseOf(dtype);
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
    AttentionCase data = new AttentionCase(shapeOf(dtype, 0));
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

  private static AttentionShape shapeOf(DType dtype, int window) {
    List<Sequence> sequences = List.of(new Sequence(5, 190), new Sequence(1, 70));
    return new AttentionShape(dtype, new HeadLayout(4, 2, 64), window, sequences, 11);
  }
}
