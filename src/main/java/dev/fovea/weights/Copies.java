package dev.fovea.weights;

import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;

/** Copies of tensors that Java can read. */
final class Copies {
  /** Side of the square in which a matrix is turned: both its rows and its columns stay cached. */
  private static final int TILE = 32;

  private Copies() {}

  static TensorView plain(TensorView source, OwnedMemory memory) {
    memory.buffer().bytes().put(source.bytes());
    return new TensorView(memory.buffer(), 0, source.dtype(), source.shape());
  }

  /** {@code [K, N]} to {@code [N, K]}, bit for bit. */
  static TensorView turned(TensorView source, OwnedMemory memory) {
    int rows = Math.toIntExact(source.shape().dim(0));
    int columns = Math.toIntExact(source.shape().dim(1));
    ByteBuffer from = source.bytes().order(ByteOrder.nativeOrder());
    ByteBuffer to = memory.buffer().bytes();
    if (source.dtype().bytes() == Integer.BYTES) {
      IntBuffer in = from.asIntBuffer();
      IntBuffer out = to.asIntBuffer();
      tiles(rows, columns, (i, j) -> out.put(j * rows + i, in.get(i * columns + j)));
    } else {
      ShortBuffer in = from.asShortBuffer();
      ShortBuffer out = to.asShortBuffer();
      tiles(rows, columns, (i, j) -> out.put(j * rows + i, in.get(i * columns + j)));
    }
    return new TensorView(memory.buffer(), 0, source.dtype(), Shape.of(columns, rows));
  }

  private interface Cell {
    void copy(int row, int column);
  }

  private static void tiles(int rows, int columns, Cell cell) {
    for (int row = 0; row < rows; row += TILE) {
      int rowEnd = Math.min(rows, row + TILE);
      for (int column = 0; column < columns; column += TILE) {
        int columnEnd = Math.min(columns, column + TILE);
        for (int i = row; i < rowEnd; i++) {
          for (int j = column; j < columnEnd; j++) {
            cell.copy(i, j);
          }
        }
      }
    }
  }
}
