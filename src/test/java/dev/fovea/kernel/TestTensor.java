package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.HostBuffer;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * A tensor between two canaries, read and written by the tests' own codec. It lies in host memory;
 * kernels get it by {@link #on}, which on a device is a copy that later reads bring back.
 */
final class TestTensor {
  private static final int CANARY_BYTES = 256;
  private static final byte CANARY = (byte) 0xA5;

  private final HostBuffer buffer;
  private final TensorView view;
  private final ByteBuffer elements;

  /** Whose device holds the twin, or null. */
  private Kernels device;

  private TensorView twin;

  /** Whether the twin is newer than what lies in host memory. */
  private boolean onDevice;

  private TestTensor(DType dtype, int misalignment, long... dims) {
    Shape shape = Shape.of(dims);
    long bytes = shape.elements() * dtype.bytes();
    buffer = HostBuffer.allocate(bytes + misalignment + 2 * CANARY_BYTES);
    ByteBuffer all = buffer.bytes();
    while (all.hasRemaining()) {
      all.put(CANARY);
    }
    view = new TensorView(buffer, CANARY_BYTES + misalignment, dtype, shape);
    elements = view.bytes();
    poison();
  }

  /** Every element NaN (-1 where integral). */
  static TestTensor poisoned(DType dtype, long... dims) {
    return new TestTensor(dtype, 0, dims);
  }

  static TestTensor normal(Random random, double sigma, DType dtype, long... dims) {
    return new TestTensor(dtype, 0, dims).fillNormal(random, sigma);
  }

  /** Aligned to no more than one element, as a mapped checkpoint may be. */
  static TestTensor misaligned(Random random, double sigma, DType dtype, long... dims) {
    return new TestTensor(dtype, dtype.bytes(), dims).fillNormal(random, sigma);
  }

  static TestTensor ints(int... values) {
    TestTensor tensor = new TestTensor(DType.I32, 0, values.length);
    tensor.view.bytes().asIntBuffer().put(values);
    return tensor;
  }

  static TestTensor longs(long... values) {
    TestTensor tensor = new TestTensor(DType.I64, 0, values.length);
    tensor.view.bytes().asLongBuffer().put(values);
    return tensor;
  }

  static TestTensor of(DType dtype, double[] values, long... dims) {
    TestTensor tensor = new TestTensor(dtype, 0, dims);
    for (int i = 0; i < values.length; i++) {
      tensor.set(i, values[i]);
    }
    return tensor;
  }

  private TestTensor fillNormal(Random random, double sigma) {
    int count = count();
    for (int i = 0; i < count; i++) {
      set(i, random.nextGaussian() * sigma);
    }
    return this;
  }

  /** In host memory. */
  TensorView view() {
    return view;
  }

  /** Where operations of these kernels read and write it. */
  TensorView on(Kernels kernels) {
    if (kernels.memory().isEmpty()) {
      onDevice = false;
      return view;
    }
    if (device != kernels) {
      Buffer copy = kernels.allocate(buffer.byteSize());
      twin = new TensorView(copy, view.byteOffset(), view.dtype(), view.shape());
      device = kernels;
      onDevice = false;
    }
    if (!onDevice) {
      kernels.copy(all(buffer), all(twin.buffer()));
      kernels.synchronize();
      onDevice = true;
    }
    return twin;
  }

  /** Brings back what operations have written. */
  private void fetch() {
    if (onDevice) {
      device.copy(all(twin.buffer()), all(buffer));
      device.synchronize();
    }
  }

  private static TensorView all(Buffer buffer) {
    return new TensorView(buffer, 0, DType.BF16, Shape.of(buffer.byteSize() / DType.BF16.bytes()));
  }

  int count() {
    return (int) view.shape().elements();
  }

  void poison() {
    fetch();
    onDevice = false;
    ByteBuffer bytes = view.bytes();
    while (bytes.remaining() >= Long.BYTES) {
      bytes.putLong(-1);
    }
    while (bytes.hasRemaining()) {
      bytes.put((byte) -1);
    }
  }

  /** Stores the nearest value of the dtype and gives it back. */
  double set(int index, double value) {
    fetch();
    onDevice = false;
    FloatFormat format = FloatFormat.of(view.dtype());
    int bits = format.encode(value);
    if (view.dtype() == DType.F32) {
      elements.putInt(index * 4, bits);
    } else {
      elements.putShort(index * 2, (short) bits);
    }
    return format.decode(bits);
  }

  /** All elements, exactly. */
  double[] values() {
    fetch();
    FloatFormat format = FloatFormat.of(view.dtype());
    boolean wide = view.dtype() == DType.F32;
    double[] values = new double[count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = format.decode(wide ? elements.getInt(4 * i) : elements.getShort(2 * i) & 0xffff);
    }
    return values;
  }

  int[] ints() {
    fetch();
    int[] values = new int[count()];
    view.bytes().asIntBuffer().get(values);
    return values;
  }

  byte[] toBytes() {
    fetch();
    byte[] bytes = new byte[(int) view.byteSize()];
    view.bytes().get(bytes);
    return bytes;
  }

  long checksum() {
    fetch();
    CRC32 crc = new CRC32();
    crc.update(view.bytes());
    return crc.getValue();
  }

  /** Fails if anything outside the elements was written. */
  void assertCanariesAlive(String what) {
    fetch();
    ByteBuffer all = buffer.bytes();
    int first = (int) view.byteOffset();
    int end = first + (int) view.byteSize();
    for (int i = 0; i < all.capacity(); i++) {
      if (i == first) {
        i = end;
      }
      if (all.get(i) != CANARY) {
        assertThat(all.get(i)).as("%s: byte %d of the canaries", what, i - first).isEqualTo(CANARY);
      }
    }
  }
}
