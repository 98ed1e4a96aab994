package dev.fovea.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class TensorViewTest {

  @Test
  void aHostBufferHasTheBytesAskedForAligned() {
    for (int size = 0; size <= 300; size++) {
      HostBuffer buffer = HostBuffer.allocate(size);
      assertThat(buffer.byteSize()).isEqualTo(size);
      assertThat(buffer.bytes().alignmentOffset(0, 64)).as("of %d bytes", size).isZero();
    }
  }

  @Test
  void aHostBufferRefusesWhatItCannotHold() {
    for (long size : new long[] {-1, Integer.MAX_VALUE, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> HostBuffer.allocate(size))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(Long.toString(size));
    }
    assertThatThrownBy(() -> HostBuffer.wrap(ByteBuffer.allocate(8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("heap");
  }

  @Test
  void aViewStaysInsideItsBuffer() {
    HostBuffer buffer = HostBuffer.allocate(64);
    assertThat(new TensorView(buffer, 32, DType.F32, Shape.of(2, 4)).byteSize()).isEqualTo(32);
    assertRefused(buffer, 36, 2, 4);
    assertRefused(buffer, -4, 2, 4);
    assertRefused(buffer, 0, 17);
    assertThatThrownBy(() -> new TensorView(buffer, Long.MAX_VALUE - 8, DType.F32, Shape.of(2, 4)))
        .isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Shape.of(1L << 40, 1L << 40)).isInstanceOf(ArithmeticException.class);
    assertThatThrownBy(() -> Shape.of(2, -1)).isInstanceOf(IllegalArgumentException.class);
  }

  private static void assertRefused(HostBuffer buffer, long offset, long... dims) {
    assertThatThrownBy(() -> new TensorView(buffer, offset, DType.F32, Shape.of(dims)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the buffer has 64");
  }

  @Test
  void rowsShareMemory() {
    TensorView view = TensorView.host(DType.I32, 5, 3);
    view.rows(2, 2).reshape(6).bytes().asIntBuffer().put(new int[] {1, 2, 3, 4, 5, 6});
    assertThat(view.bytes().getInt(4 * 6)).isEqualTo(1);
    assertThat(view.bytes().getInt(4 * 11)).isEqualTo(6);
    assertThat(view.bytes().getInt(4 * 12)).isZero();
    assertThat(view.rows(0).shape()).isEqualTo(Shape.of(0, 3));
    assertThat(view).hasToString("[5, 3] i32");
    assertThatThrownBy(() -> view.rows(4, 2)).hasMessageContaining("4..6 of [5, 3]");
    assertThatThrownBy(() -> view.reshape(4, 4)).hasMessageContaining("[5, 3] as [4, 4]");
  }
}
