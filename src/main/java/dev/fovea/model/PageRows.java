package dev.fovea.model;

import dev.fovea.kernel.Kernels;
import dev.fovea.model.Batch.Entry;
import dev.fovea.model.Batch.Place;
import dev.fovea.model.StepRunner.Limits;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.util.Locale;

/**
 * The page table on the device, {@code [maxSequences, maxPages] i32}, a row for each running
 * sequence, and how much of each row has been sent. A row changes only by operations of the step
 * that uses it, so that steps under way read what was true at their submission.
 */
final class PageRows implements AutoCloseable {
  private final int maxPages;
  private final TensorView table;

  /** Entries of each row that were sent. */
  private final int[] numSent;

  /** The check, counted, in which a row last appeared. */
  private final int[] lastSeen;

  private int check;

  PageRows(Limits limits, Kernels kernels) {
    maxPages = MemoryPlan.pagesFor(limits.maxContext());
    Shape shape = Shape.of(limits.maxSequences(), maxPages);
    table =
        new TensorView(kernels.allocate(shape.elements() * DType.I32.bytes()), 0, DType.I32, shape);
    numSent = new int[limits.maxSequences()];
    lastSeen = new int[limits.maxSequences()];
  }

  static long bytes(int maxSequences, int maxContext) {
    return (long) maxSequences * MemoryPlan.pagesFor(maxContext) * DType.I32.bytes();
  }

  TensorView table() {
    return table;
  }

  /** Index of a row's first entry in the flattened table. */
  int begin(int row) {
    return row * maxPages;
  }

  /** The row of the {@code index}-th entry of a batch. */
  static int rowOf(Entry entry, int index) {
    return entry.place().row() == Place.NO_ROW ? index : entry.place().row();
  }

  /** Pages at the head of an entry that need not be sent. */
  static int numKnown(Entry entry) {
    return entry.place().row() == Place.NO_ROW ? 0 : entry.place().numKnown();
  }

  /** Pages of the cache and of the new tokens. */
  static int numNeeded(Entry entry) {
    return MemoryPlan.pagesFor(entry.contextBefore() + entry.tokens().count());
  }

  /**
   * @throws IllegalArgumentException if two entries share a row, or a row lacks pages that it is
   *     said to have
   */
  void check(Batch batch) {
    check++;
    for (int i = 0; i < batch.entries().size(); i++) {
      Entry entry = batch.entries().get(i);
      int row = rowOf(entry, i);
      if (row < 0 || row >= numSent.length || lastSeen[row] == check) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "row: expected one in 0 .. %d of no other entry, got %d",
                numSent.length - 1,
                row));
      }
      lastSeen[row] = check;
      if (numKnown(entry) < 0 || numKnown(entry) > numSent[row]) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "numKnown: expected at most the %d pages of row %d, got %d",
                numSent[row],
                row,
                numKnown(entry)));
      }
    }
  }

  /** Notes that a row's entries are on their way. */
  void sent(int row, int numPages) {
    numSent[row] = numPages;
  }

  @Override
  public void close() {
    table.buffer().close();
  }
}
