package dev.fovea.model;

import dev.fovea.kernel.Attention;
import dev.fovea.kernel.KvLayer;
import dev.fovea.kernel.RopeAppend;
import dev.fovea.model.StepRunner.Limits;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.List;

/** A {@link Batch} as the integer tensors that kernels read; host memory, refilled every step. */
final class StepInputs {
  private final Limits limits;
  private final int maxPages;
  private final TensorView tokens;
  private final TensorView positions;
  private final TensorView slots;
  private final TensorView queryStart;
  private final TensorView contextLength;
  private final TensorView pageTable;
  private final TensorView rows;
  private int numTokens;
  private int numSequences;
  private int numRows;

  StepInputs(Limits limits) {
    this.limits = limits;
    this.maxPages = MemoryPlan.pagesFor(limits.maxContext());
    tokens = TensorView.host(DType.I32, limits.maxTokens());
    positions = TensorView.host(DType.I32, limits.maxTokens());
    slots = TensorView.host(DType.I64, limits.maxTokens());
    queryStart = TensorView.host(DType.I32, limits.maxSequences() + 1);
    contextLength = TensorView.host(DType.I32, limits.maxSequences());
    pageTable = TensorView.host(DType.I32, limits.maxSequences(), maxPages);
    rows = TensorView.host(DType.I32, limits.maxSequences());
  }

  /**
   * Writes a batch out: its rows to sample are the last of each entry that draws.
   *
   * @throws IllegalArgumentException if the batch is beyond the limits
   */
  void fill(Batch batch) {
    check(batch);
    IntBuffer ids = tokens.bytes().asIntBuffer();
    IntBuffer places = positions.bytes().asIntBuffer();
    LongBuffer slotIds = slots.bytes().asLongBuffer();
    IntBuffer starts = queryStart.bytes().asIntBuffer();
    IntBuffer lengths = contextLength.bytes().asIntBuffer();
    IntBuffer table = pageTable.bytes().asIntBuffer();
    IntBuffer sampled = rows.bytes().asIntBuffer();
    starts.put(0);
    for (Batch.Entry entry : batch.entries()) {
      Batch.TokenSlice slice = entry.tokens();
      ids.put(slice.ids(), slice.from(), slice.count());
      for (int i = 0; i < slice.count(); i++) {
        int position = entry.contextBefore() + i;
        long page = entry.pages()[position / KvLayer.PAGE_SLOTS];
        places.put(position);
        slotIds.put(page * KvLayer.PAGE_SLOTS + position % KvLayer.PAGE_SLOTS);
      }
      int context = entry.contextBefore() + slice.count();
      table.position(lengths.position() * maxPages);
      table.put(entry.pages(), 0, MemoryPlan.pagesFor(context));
      lengths.put(context);
      starts.put(ids.position());
      if (entry.draw() != null) {
        sampled.put(ids.position() - 1);
      }
    }
    numTokens = ids.position();
    numSequences = batch.entries().size();
    numRows = sampled.position();
  }

  /** Asks for the logits of other rows than the batch's; at most {@code maxSequences}. */
  void selectRows(int[] wanted) {
    rows.bytes().asIntBuffer().put(wanted);
    numRows = wanted.length;
  }

  int numTokens() {
    return numTokens;
  }

  int numRows() {
    return numRows;
  }

  TensorView tokens() {
    return tokens.rows(numTokens);
  }

  TensorView positions() {
    return positions.rows(numTokens);
  }

  RopeAppend.TokenRows tokenRows() {
    return new RopeAppend.TokenRows(positions(), slots.rows(numTokens));
  }

  Attention.Sequences sequences() {
    return new Attention.Sequences(
        queryStart.rows(numSequences + 1),
        contextLength.rows(numSequences),
        pageTable.rows(numSequences));
  }

  /** Rows of the step whose logits are wanted, {@code [R] i32}. */
  TensorView rows() {
    return rows.rows(numRows);
  }

  private void check(Batch batch) {
    List<Batch.Entry> entries = batch.entries();
    require(
        !entries.isEmpty() && entries.size() <= limits.maxSequences(),
        "sequences a step",
        limits.maxSequences(),
        entries.size());
    for (Batch.Entry entry : entries) {
      Batch.TokenSlice slice = entry.tokens();
      require(slice.count() >= 1, "tokens of a sequence", limits.maxTokens(), slice.count());
      long context = (long) entry.contextBefore() + slice.count();
      require(
          entry.contextBefore() >= 0 && context <= limits.maxContext(),
          "tokens of context",
          limits.maxContext(),
          context);
      int needed = MemoryPlan.pagesFor((int) context);
      if (entry.pages().length < needed) {
        throw new IllegalArgumentException(
            "pages: expected %d for %d tokens, got %d"
                .formatted(needed, context, entry.pages().length));
      }
      for (int i = 0; i < needed; i++) {
        int page = entry.pages()[i];
        require(page >= 0 && page < limits.numPages(), "page id", limits.numPages() - 1L, page);
      }
      for (int i = slice.from(); i < slice.from() + slice.count(); i++) {
        int id = slice.ids()[i];
        require(id >= 0 && id < limits.vocabulary(), "token id", limits.vocabulary() - 1L, id);
      }
    }
    require(
        batch.numTokens() <= limits.maxTokens(),
        "tokens a step",
        limits.maxTokens(),
        batch.numTokens());
  }

  private static void require(boolean holds, String what, long max, long got) {
    if (!holds) {
      throw new IllegalArgumentException(
          "%s: expected at most %d, got %d".formatted(what, max, got));
    }
  }
}
