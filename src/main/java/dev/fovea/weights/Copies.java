package dev.fovea.weights;

import dev.fovea.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.ShortBuffer;

/** Matrices the other way round. */
final class Copies {
  /** Side of the square in which a matrix is turned: both its rows and its columns stay cached. */
  private static final int TILE = 32;

  private Copies() {}

  /** {@code [K, N]} of at most 2 GiB to {@code [N, K]}, bit for bit. */
  static void turn(Shape shape, int elementBytes, ByteBuffer from, ByteBuffer to) {
    int rows = Math.toIntExact(shape.dim(0));
    int columns = Math.toIntExact(shape.dim(1));
    if (elementBytes == Integer.BYTES) {
      IntBuffer in = from.asIntBuffer();
      IntBuffer out = to.asIntBuffer();
      tiles(rows, columns, (i, j) -> out.put(j * rows + i, in.get(i * columns + j)));
    } else {
      ShortBuffer in = from.asShortBuffer();
      ShortBuffer out = to.asShortBuffer();
      tiles(rows, columns, (i, j) -> out.put(j * rows + i, in.get(i * columns + j)));
    }
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
