package dev.fovea.model;

import dev.fovea.kernel.Attention;
import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.KvLayer;
import dev.fovea.kernel.RopeAppend;
import dev.fovea.kernel.Staging;
import dev.fovea.model.StepRunner.Limits;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.List;

/**
 * A {@link Batch} as the integer tensors that kernels read: parts of one staging, refilled and
 * brought to the device by one copy every step.
 */
final class StepInputs implements AutoCloseable {
  private static final int ALIGNMENT = 64;
  private static final int NUM_PARTS = 7;

  private final Limits limits;
  private final int maxPages;
  private final Staging staging;
  private final Part slots;
  private final Part tokens;
  private final Part positions;
  private final Part queryStart;
  private final Part contextLength;
  private final Part rows;
  private final Part pageTable;
  private int numTokens;
  private int numSequences;
  private int numGenerated;
  private int numRows;

  /** One tensor where Java writes it and where the operations read it. */
  private record Part(TensorView host, TensorView device) {
    static Part of(Staging staging, Spec spec) {
      return new Part(view(staging.host(), spec), view(staging.device(), spec));
    }

    private static TensorView view(Buffer buffer, Spec spec) {
      return new TensorView(buffer, spec.offset(), spec.dtype(), spec.shape());
    }

    IntBuffer ints() {
      return host.bytes().asIntBuffer();
    }
  }

  /** Where a tensor lies; the next begins at its end. */
  private record Spec(long offset, DType dtype, Shape shape) {
    static Spec first(DType dtype, long... dims) {
      return new Spec(0, dtype, Shape.of(dims));
    }

    Spec next(DType dtype, long... dims) {
      long padded = (end() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      return new Spec(padded, dtype, Shape.of(dims));
    }

    long end() {
      return offset + shape.elements() * dtype.bytes();
    }
  }

  StepInputs(Limits limits, Kernels kernels) {
    this.limits = limits;
    this.maxPages = MemoryPlan.pagesFor(limits.maxContext());
    Spec slotSpec = Spec.first(DType.I64, limits.maxTokens());
    Spec tokenSpec = slotSpec.next(DType.I32, limits.maxTokens());
    Spec positionSpec = tokenSpec.next(DType.I32, limits.maxTokens());
    Spec startSpec = positionSpec.next(DType.I32, limits.maxSequences() + 1);
    Spec lengthSpec = startSpec.next(DType.I32, limits.maxSequences());
    Spec rowSpec = lengthSpec.next(DType.I32, limits.maxSequences());
    // Last, because most of it is unused and need not travel.
    Spec tableSpec = rowSpec.next(DType.I32, limits.maxSequences(), maxPages);
    staging = kernels.newStaging(tableSpec.end());
    slots = Part.of(staging, slotSpec);
    tokens = Part.of(staging, tokenSpec);
    positions = Part.of(staging, positionSpec);
    queryStart = Part.of(staging, startSpec);
    contextLength = Part.of(staging, lengthSpec);
    rows = Part.of(staging, rowSpec);
    pageTable = Part.of(staging, tableSpec);
  }

  /** Device memory of the staging. */
  static long bytes(int maxTokens, int maxSequences, int maxContext) {
    long table = (long) maxSequences * MemoryPlan.pagesFor(maxContext) * Integer.BYTES;
    return 16L * maxTokens + 12L * (maxSequences + 1) + table + NUM_PARTS * ALIGNMENT;
  }

  /**
   * Writes a batch out and sends it to the device: its rows to sample are the last of each entry
   * that draws.
   *
   * @throws IllegalArgumentException if the batch is beyond the limits
   */
  void fill(Batch batch) {
    check(batch);
    IntBuffer ids = tokens.ints();
    IntBuffer places = positions.ints();
    LongBuffer slotIds = slots.host().bytes().asLongBuffer();
    IntBuffer starts = queryStart.ints();
    IntBuffer lengths = contextLength.ints();
    IntBuffer table = pageTable.ints();
    IntBuffer sampled = rows.ints();
    starts.put(0);
    for (Batch.Entry entry : batch.entries()) {
      Batch.TokenSlice slice = entry.tokens();
      ids.put(slice.ids(), slice.from(), slice.count());
      for (int i = 0; i < slice.count(); i++) {
        int position = entry.contextBefore() + i;
        long page = entry.place().pages()[position / KvLayer.PAGE_SLOTS];
        places.put(position);
        slotIds.put(page * KvLayer.PAGE_SLOTS + position % KvLayer.PAGE_SLOTS);
      }
      int context = entry.contextBefore() + slice.count();
      table.position(lengths.position() * maxPages);
      table.put(entry.place().pages(), 0, MemoryPlan.pagesFor(context));
      lengths.put(context);
      starts.put(ids.position());
      if (entry.draw() != null) {
        sampled.put(ids.position() - 1);
      }
    }
    numTokens = ids.position();
    numSequences = batch.entries().size();
    numGenerated = batch.numGenerated();
    numRows = sampled.position();
    upload();
  }

  /** Asks for the logits of other rows than the batch's; at most {@code maxSequences}. */
  void selectRows(int[] wanted) {
    rows.ints().put(wanted);
    numRows = wanted.length;
    upload();
  }

  private void upload() {
    TensorView used = pageTable.host().rows(numSequences);
    staging.upload(used.byteOffset() + used.byteSize());
  }

  int numTokens() {
    return numTokens;
  }

  int numRows() {
    return numRows;
  }

  TensorView tokens() {
    return tokens.device().rows(numTokens);
  }

  TensorView positions() {
    return positions.device().rows(numTokens);
  }

  RopeAppend.TokenRows tokenRows() {
    return new RopeAppend.TokenRows(positions(), slots.device().rows(numTokens));
  }

  Attention.Sequences sequences() {
    return new Attention.Sequences(
        queryStart.device().rows(numSequences + 1),
        contextLength.device().rows(numSequences),
        pageTable.device().rows(numSequences),
        numGenerated);
  }

  /** Rows of the step whose logits are wanted, {@code [R] i32}. */
  TensorView rows() {
    return rows.device().rows(numRows);
  }

  @Override
  public void close() {
    staging.close();
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
      if (entry.place().pages().length < needed) {
        throw new IllegalArgumentException(
            "pages: expected %d for %d tokens, got %d"
                .formatted(needed, context, entry.place().pages().length));
      }
      for (int i = 0; i < needed; i++) {
        int page = entry.place().pages()[i];
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
