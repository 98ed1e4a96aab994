package dev.fovea.kernel;

/** Floats of an array from an index on. */
record FloatSpan(float[] values, int from) {

  FloatSpan plus(int offset) {
    return new FloatSpan(values, from + offset);
  }

  /**
   * {@code this[c] += sum over r of weights[r] * matrix[r, c]}, each column summed in the order of
   * the rows: a column's bits depend on neither {@code columns} nor how the rows are cut into
   * calls.
   */
  void addWeightedRows(FloatSpan weights, FloatSpan matrix, int rows, int columns) {
    float[] out = values;
    float[] w = weights.values;
    float[] m = matrix.values;
    int end = from + columns;
    int r = 0;
    // Four rows at a time only spare loads and stores of the sum; the order stays.
    for (; r + 4 <= rows; r += 4) {
      float w0 = w[weights.from + r];
      float w1 = w[weights.from + r + 1];
      float w2 = w[weights.from + r + 2];
      float w3 = w[weights.from + r + 3];
      int m0 = matrix.from + r * columns - from;
      int m1 = m0 + columns;
      int m2 = m1 + columns;
      int m3 = m2 + columns;
      for (int c = from; c < end; c++) {
        out[c] = out[c] + w0 * m[m0 + c] + w1 * m[m1 + c] + w2 * m[m2 + c] + w3 * m[m3 + c];
      }
    }
    for (; r < rows; r++) {
      float weight = w[weights.from + r];
      int row = matrix.from + r * columns - from;
      for (int c = from; c < end; c++) {
        out[c] += weight * m[row + c];
      }
    }
  }
}
