package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.kernel.AttentionShape.Sequence;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Offsets past 2^31 elements: what lies beyond gives the same bits as the same numbers at the
 * beginning.
 */
@Tag("gpu")
class DeviceOffsetsTest {
  private static final long BORDER = 1L << 31;
  private static final int ROWS = 40;

  private Kernels kernels;

  @BeforeEach
  void open() {
    kernels = CudaKernels.open(0);
  }

  @AfterEach
  void close() {
    kernels.close();
  }

  private TensorView zeros(DType dtype, long... dims) {
    Shape shape = Shape.of(dims);
    Buffer buffer = kernels.allocate(shape.elements() * dtype.bytes());
    return new TensorView(buffer, 0, dtype, shape);
  }

  private static byte[] bytes(Kernels kernels, TensorView device) {
    TensorView host = TensorView.host(device.dtype(), device.shape().toArray());
    kernels.copy(device, host);
    kernels.synchronize();
    byte[] bytes = new byte[(int) host.byteSize()];
    host.bytes().get(bytes);
    return bytes;
  }

  @Test
  void attentionReadsPagesPastTheBorder() {
    for (int seed : new int[] {2, 3}) { // even: the single row is a generated token's
      AttentionShape shape =
          new AttentionShape(
              DType.BF16,
              new HeadLayout(32, 8, 128),
              0,
              List.of(new Sequence(1, 1000), new Sequence(70, 300)),
              seed);
      AttentionCase data = new AttentionCase(shape);
      TestTensor near = data.newOutput();
      data.run(kernels, data.inputs(), near);
      TestTensor far = data.newOutput();
      data.runFar(kernels, BORDER, far);
      assertThat(far.toBytes()).isEqualTo(near.toBytes());
    }
  }

  @Test
  void ropeAppendWritesPagesPastTheBorder() {
    HeadLayout heads = new HeadLayout(8, 8, 128);
    long pageElements = (long) heads.kv() * KvLayer.PAGE_SLOTS * heads.dim();
    long pages = BORDER / pageElements + 2;
    KvLayer near = new KvLayer(pages(2, heads), pages(2, heads));
    KvLayer far = new KvLayer(pages(pages, heads), pages(pages, heads));
    TestTensor qkv = TestTensor.normal(new Random(1), 1, DType.F32, ROWS, heads.packedColumns());
    for (KvLayer cache : List.of(near, far)) {
      long lastPage = cache.keys().shape().dim(0) - 1;
      long[] slots = new long[ROWS];
      for (int i = 0; i < ROWS; i++) {
        slots[i] = lastPage * KvLayer.PAGE_SLOTS + i;
      }
      kernels.ropeAppend(
          new RopeAppend(
              qkv.on(kernels),
              null,
              null,
              null,
              new RopeAppend.TokenRows(
                  TestTensor.ints(new int[ROWS]).on(kernels), TestTensor.longs(slots).on(kernels)),
              zeros(DType.BF16, ROWS, heads.query(), heads.dim()),
              cache));
    }
    assertThat(bytes(kernels, far.keys().rows(pages - 1, 1)))
        .isEqualTo(bytes(kernels, near.keys().rows(1, 1)));
    assertThat(bytes(kernels, far.values().rows(pages - 1, 1)))
        .isEqualTo(bytes(kernels, near.values().rows(1, 1)));
  }

  private TensorView pages(long count, HeadLayout heads) {
    return zeros(DType.BF16, count, heads.kv(), KvLayer.PAGE_SLOTS, heads.dim());
  }

  @Test
  void rowOperationsReachPastTheBorder() {
    long columns = 1L << 16;
    long rows = BORDER / columns + 2;
    TensorView x = zeros(DType.F32, rows, columns);
    TensorView out = zeros(DType.F32, rows, columns);
    TestTensor row = TestTensor.normal(new Random(2), 1, DType.F32, 1, (int) columns);
    kernels.copy(row.on(kernels), x.rows(0, 1));
    kernels.copy(row.on(kernels), x.rows(rows - 1, 1));
    kernels.activation(Activation.SILU, false, x, out);
    assertThat(bytes(kernels, out.rows(rows - 1, 1))).isEqualTo(bytes(kernels, out.rows(0, 1)));
    TensorView gathered = zeros(DType.F32, 1, columns);
    TestTensor last = TestTensor.ints((int) rows - 1);
    kernels.gatherRows(x, last.on(kernels), gathered);
    assertThat(bytes(kernels, gathered)).isEqualTo(bytes(kernels, x.rows(0, 1)));
  }

  @Test
  void productsReachPastTheBorder() {
    int inputs = 64;
    int outputs = 1 << 15;
    int rows = (int) (BORDER / outputs) + 8;
    TestTensor weight = TestTensor.normal(new Random(3), 1, DType.BF16, outputs, inputs);
    TestTensor bias = TestTensor.normal(new Random(4), 1, DType.F32, outputs);
    TestTensor one = TestTensor.normal(new Random(5), 1, DType.BF16, 1, inputs);
    TensorView x = zeros(DType.BF16, rows, inputs);
    kernels.copy(one.on(kernels), x.rows(0, 1));
    kernels.copy(one.on(kernels), x.rows(rows - 1, 1));
    TensorView out = zeros(DType.F32, rows, outputs);
    kernels.linear(
        x, kernels.prepare(List.of(weight.view())), kernels.prepare(List.of(bias.view())), out);
    byte[] first = bytes(kernels, out.rows(0, 1));
    assertThat(first).isNotEqualTo(bytes(kernels, out.rows(1, 1)));
    assertThat(bytes(kernels, out.rows(rows - 1, 1))).isEqualTo(first);
  }
}
