package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.nio.IntBuffer;
import org.junit.jupiter.api.Test;

/** Marks, recordings and stagings with two host sides: what runs, when, and on whose bytes. */
class OrderContractTest {
  private static final int COUNT = 4;
  private static final long BYTES = COUNT * 4L;

  private static IntBuffer host(Staging staging) {
    return staging.host().bytes().asIntBuffer();
  }

  private static TensorView device(Staging staging) {
    return new TensorView(staging.device(), 0, DType.I32, Shape.of(COUNT));
  }

  private static int[] contents(Staging staging) {
    int[] values = new int[COUNT];
    host(staging).get(values);
    return values;
  }

  @Test
  void whatIsBeforeAMarkIsDoneWhenItIsReached() {
    Backends.onEach(
        kernels -> {
          try (Staging from = kernels.newStaging(BYTES);
              Staging to = kernels.newStaging(BYTES);
              Mark mark = kernels.newMark()) {
            mark.await(); // never set
            TensorView places = TestTensor.ints(3, 2, 1, 0).on(kernels);
            for (int round = 0; round < 3; round++) {
              host(from).put(new int[] {round, 10, -1, 30});
              from.upload(BYTES);
              kernels.putIds(device(from), null, places, device(to));
              to.download(BYTES);
              mark.set();
              mark.await();
              assertThat(contents(to)).containsExactly(30, 0, 10, round);
            }
          }
        });
  }

  @Test
  void aRecordingRunsOnWhatItsTensorsHoldByThen() {
    Backends.onEach(
        kernels -> {
          try (Staging from = kernels.newStaging(BYTES);
              Staging to = kernels.newStaging(BYTES)) {
            TensorView places = TestTensor.ints(1, 0, 3, 2).on(kernels);
            TensorView again = TestTensor.ints(2, 3, 0, 1).on(kernels);
            TensorView between = TestTensor.ints(0, 0, 0, 0).on(kernels);
            Runnable work =
                () -> {
                  kernels.putIds(device(from), null, places, between);
                  kernels.putIds(between, null, again, device(to));
                };
            work.run();
            try (Recording recording = kernels.record(work)) {
              for (int round = 0; round < 3; round++) {
                host(from).put(new int[] {round, 10, 20, 30});
                from.upload(BYTES);
                recording.run();
                to.download(BYTES);
                kernels.synchronize();
                assertThat(contents(to)).containsExactly(30, 20, 10, round);
              }
            }
          }
        });
  }

  @Test
  void aStagingHasTheOperationsBytesOfWhatWasUploadedLast() {
    Backends.onEach(
        kernels -> {
          try (Staging first = kernels.newStaging(BYTES);
              Staging second = first.another();
              Staging to = kernels.newStaging(2 * BYTES)) {
            assertThat(second.device().address()).isEqualTo(first.device().address());
            TensorView all = new TensorView(to.device(), 0, DType.I32, Shape.of(2 * COUNT));
            int[][] places = {{0, 1, 2, 3}, {4, 5, 6, 7}};
            Staging[] sides = {first, second};
            for (int i = 0; i < sides.length; i++) {
              host(sides[i]).put(new int[] {i, i + 10, i + 20, i + 30});
              sides[i].upload(BYTES);
              kernels.putIds(device(first), null, TestTensor.ints(places[i]).on(kernels), all);
            }
            to.download(2 * BYTES);
            kernels.synchronize();
            int[] got = new int[2 * COUNT];
            host(to).get(got);
            assertThat(got).containsExactly(0, 10, 20, 30, 1, 11, 21, 31);
          }
        });
  }
}
