package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.kernel.RopeCase.RopeShape;
import dev.fovea.tensor.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RopeAppendContractTest {
  private static final DType[] DTYPES = {DType.F32, DType.BF16, DType.F16};

  static Stream<RopeShape> shapes() {
    int[][] heads = {{1, 1}, {4, 4}, {8, 2}, {16, 1}};
    List<RopeShape> all = new ArrayList<>();
    for (int dim : AttentionShape.HEAD_DIMS) {
      for (int i = 0; i < 12; i++) {
        int[] counts = heads[i % 4];
        all.add(
            new RopeShape(
                DTYPES[i / 4],
                new HeadLayout(counts[0], counts[1], dim),
                new int[] {1, 3, 65}[(i + dim / 8) % 3],
                rotated(dim, i),
                i % 3 == 0 ? null : DTYPES[(i + 1) % 3]));
      }
    }
    return all.stream();
  }

  /** All of a head, none of it, one pair, all but one, and a width that is no multiple of 8. */
  private static int rotated(int dim, int i) {
    return new int[] {dim, dim, 2, dim - 2, 0, (dim / 4 | 1) * 2}[(i + dim / 8) % 6];
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void matchesFp64(RopeShape shape) {
    RopeCase data = new RopeCase(shape);
    Backends.onEach(
        kernels -> {
          data.run(kernels);
          data.check();
          byte[] keys = data.keyPages.toBytes();
          data.run(kernels);
          assertThat(data.keyPages.toBytes()).as("second run").isEqualTo(keys);
        });
  }

  @Test
  void aTokenWithoutASlotGivesItsQueriesAndWritesNoPage() {
    RopeShape shape = new RopeShape(DType.BF16, new HeadLayout(8, 2, 64), 65, 64, DType.F32);
    RopeCase data = new RopeCase(shape);
    byte[] poison = data.keyPages.toBytes();
    Backends.onEach(
        kernels -> {
          long[] slots = data.slots.clone();
          data.run(kernels);
          byte[] queries = data.q.toBytes();
          Arrays.fill(data.slots, RopeAppend.NO_SLOT);
          data.run(kernels);
          System.arraycopy(slots, 0, data.slots, 0, slots.length);
          assertThat(data.q.toBytes()).as("q").isEqualTo(queries);
          assertThat(data.keyPages.toBytes()).as("K").isEqualTo(poison);
          assertThat(data.valuePages.toBytes()).as("V").isEqualTo(poison);
        });
  }

  @Test
  void plantedFaultsTripTheBound() {
    for (DType dtype : DTYPES) {
      RopeShape shape = new RopeShape(dtype, new HeadLayout(8, 2, 64), 3, 64, DType.F32);
      RopeShape notRotated = new RopeShape(dtype, new HeadLayout(8, 2, 64), 3, 0, DType.F32);
      RopeShape notAll = new RopeShape(dtype, new HeadLayout(8, 2, 64), 3, 62, DType.F32);
      RopeShape notNormed = new RopeShape(dtype, new HeadLayout(8, 2, 64), 3, 64, null);
      try (Kernels kernels = new ReferenceKernels()) {
        for (RopeShape wrong : List.of(notRotated, notAll, notNormed)) {
          RopeCase data = new RopeCase(shape);
          RopeCase other = new RopeCase(wrong);
          other.run(kernels);
          data.run(kernels);
          data.check();
          data.q.view().bytes().put(other.q.view().bytes());
          assertThatThrownBy(data::check).hasMessageContaining("above the bound");
        }
        RopeCase shifted = new RopeCase(shape);
        shifted.run(kernels);
        shifted.slots[0] ^= 1; // the token went into the slot beside its own
        assertThatThrownBy(shifted::check).isInstanceOf(AssertionError.class);
      }
    }
  }
}
