package dev.fovea.model;

import dev.fovea.kernel.Attention;
import dev.fovea.kernel.Kernels;
import dev.fovea.kernel.KvLayer;
import dev.fovea.kernel.RopeAppend;
import dev.fovea.kernel.Staging;
import dev.fovea.model.Batch.Entry;
import dev.fovea.model.Batch.TokenSlice;
import dev.fovea.model.StepRunner.Limits;
import dev.fovea.tensor.Buffer;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.Shape;
import dev.fovea.tensor.TensorView;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A {@link Batch} as the integer tensors that kernels read: parts of one staging, brought to the
 * device by one copy a step. The device has one set of them, since steps run one after the other;
 * Java writes to two in turn, so that a step may be written while the one before is on its way. The
 * step before that must be done.
 */
final class StepInputs implements AutoCloseable {
  private static final int ALIGNMENT = 64;

  /** One tensor each; see {@link #layout} for shapes. */
  private enum Part {
    SLOTS,
    TOKENS,
    POSITIONS,
    QUERY_START,
    CONTEXT_LENGTH,
    TABLE_ROW,
    LOGIT_ROWS,
    /** Of the tokens that the step before draws: which, and where among this step's they go. */
    TAKEN,
    TAKEN_TO,
    /** New pages, then where each goes in the page table. The last, as most of it is unused. */
    NEW_PAGES
  }

  private record Spec(long offset, DType dtype, long length) {
    TensorView of(Buffer buffer) {
      return new TensorView(buffer, offset, dtype, Shape.of(length));
    }

    long end() {
      return offset + length * dtype.bytes();
    }
  }

  private final Limits limits;
  private final Kernels kernels;
  private final PageRows pageRows;
  private final Map<Part, Spec> layout;
  private final Map<Part, TensorView> device = new EnumMap<>(Part.class);
  private final Staging[] sides;
  private int turn;
  private int numTokens;
  private int numSequences;
  private int numGenerated;
  private int longestPrompt;
  private int numRows;
  private int numTaken;
  private int numNewPages;

  StepInputs(Limits limits, Kernels kernels) {
    this.limits = limits;
    this.kernels = kernels;
    layout = layout(limits.maxTokens(), limits.maxSequences(), limits.maxContext());
    Staging first = kernels.newStaging(layout.get(Part.NEW_PAGES).end());
    sides = new Staging[] {first, first.another()};
    layout.forEach((part, spec) -> device.put(part, spec.of(first.device())));
    pageRows = new PageRows(limits, kernels);
  }

  private static Map<Part, Spec> layout(int maxTokens, int maxSequences, int maxContext) {
    Map<Part, Spec> layout = new EnumMap<>(Part.class);
    long end = 0;
    for (Part part : Part.values()) {
      long length =
          switch (part) {
            case SLOTS, TOKENS, POSITIONS -> maxTokens;
            case QUERY_START -> maxSequences + 1;
            case CONTEXT_LENGTH, TABLE_ROW, LOGIT_ROWS, TAKEN, TAKEN_TO -> maxSequences;
            case NEW_PAGES -> 2L * maxSequences * MemoryPlan.pagesFor(maxContext);
          };
      long offset = (end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      Spec spec = new Spec(offset, part == Part.SLOTS ? DType.I64 : DType.I32, length);
      layout.put(part, spec);
      end = spec.end();
    }
    return layout;
  }

  /** Device memory of the tensors and of the page table. */
  static long bytes(int maxTokens, int maxSequences, int maxContext) {
    return layout(maxTokens, maxSequences, maxContext).get(Part.NEW_PAGES).end()
        + PageRows.bytes(maxSequences, maxContext);
  }

  /**
   * Writes a batch out: its rows of logits are the last of each entry that draws.
   *
   * @param numDrawn tokens that the step before draws
   * @throws IllegalArgumentException if the batch is beyond the limits; nothing has changed then
   */
  void fill(Batch batch, int numDrawn) {
    check(batch, numDrawn);
    turn = (turn + 1) % sides.length;
    numSequences = batch.entries().size();
    numGenerated = batch.numGenerated();
    fillTokens(batch);
    fillSequences(batch);
    fillNewPages(batch);
  }

  private void fillTokens(Batch batch) {
    LongBuffer slots = host(Part.SLOTS).bytes().asLongBuffer();
    IntBuffer tokens = ints(Part.TOKENS);
    IntBuffer positions = ints(Part.POSITIONS);
    IntBuffer taken = ints(Part.TAKEN);
    IntBuffer takenTo = ints(Part.TAKEN_TO);
    for (Entry entry : batch.entries()) {
      TokenSlice slice = entry.tokens();
      if (slice.isDrawn()) {
        taken.put(slice.drawn());
        takenTo.put(tokens.position());
        tokens.put(0);
      } else {
        tokens.put(slice.ids(), slice.from(), slice.count());
      }
      int[] pages = entry.place().pages();
      int end = entry.contextBefore() + slice.count();
      for (int position = entry.contextBefore(); position < end; position++) {
        long page = pages[position / KvLayer.PAGE_SLOTS];
        positions.put(position);
        slots.put(page * KvLayer.PAGE_SLOTS + position % KvLayer.PAGE_SLOTS);
      }
    }
    numTokens = tokens.position();
    numTaken = taken.position();
  }

  private void fillSequences(Batch batch) {
    IntBuffer starts = ints(Part.QUERY_START);
    IntBuffer lengths = ints(Part.CONTEXT_LENGTH);
    IntBuffer tableRows = ints(Part.TABLE_ROW);
    IntBuffer logitRows = ints(Part.LOGIT_ROWS);
    int end = 0;
    longestPrompt = 0;
    starts.put(end);
    for (int i = 0; i < numSequences; i++) {
      Entry entry = batch.entries().get(i);
      end += entry.tokens().count();
      starts.put(end);
      int length = entry.contextBefore() + entry.tokens().count();
      lengths.put(length);
      longestPrompt = i < numGenerated ? 0 : Math.max(longestPrompt, length);
      tableRows.put(PageRows.rowOf(entry, i));
      if (entry.draw() != null) {
        logitRows.put(end - 1);
      }
    }
    numRows = logitRows.position();
  }

  private void fillNewPages(Batch batch) {
    List<Entry> entries = batch.entries();
    numNewPages = 0;
    for (Entry entry : entries) {
      numNewPages += Math.max(0, PageRows.numNeeded(entry) - PageRows.numKnown(entry));
    }
    IntBuffer pages = ints(Part.NEW_PAGES);
    int placeOfFirst = numNewPages;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      int row = PageRows.rowOf(entry, i);
      int needed = PageRows.numNeeded(entry);
      for (int index = PageRows.numKnown(entry); index < needed; index++) {
        pages.put(placeOfFirst + pages.position(), pageRows.begin(row) + index);
        pages.put(entry.place().pages()[index]);
      }
      pageRows.sent(row, Math.max(needed, PageRows.numKnown(entry)));
    }
  }

  /** Writes out a step of {@link #pad padding} alone. */
  void fillPadding(int paddedSequences) {
    turn = (turn + 1) % sides.length;
    numSequences = 0;
    numTaken = 0;
    numNewPages = 0;
    ints(Part.QUERY_START).put(0, 0);
    pad(paddedSequences);
  }

  /**
   * Adds sequences of one row and no context, up to so many: they write to no page, and nobody
   * wants their logits. Of a batch whose sequences have one row each and all want logits.
   */
  void pad(int paddedSequences) {
    LongBuffer slots = host(Part.SLOTS).bytes().asLongBuffer();
    IntBuffer tokens = ints(Part.TOKENS);
    IntBuffer positions = ints(Part.POSITIONS);
    IntBuffer starts = ints(Part.QUERY_START);
    IntBuffer lengths = ints(Part.CONTEXT_LENGTH);
    IntBuffer tableRows = ints(Part.TABLE_ROW);
    IntBuffer logitRows = ints(Part.LOGIT_ROWS);
    for (int i = numSequences; i < paddedSequences; i++) {
      slots.put(i, RopeAppend.NO_SLOT);
      tokens.put(i, 0);
      positions.put(i, 0);
      starts.put(i + 1, i + 1);
      lengths.put(i, 0);
      tableRows.put(i, 0);
      logitRows.put(i, i);
    }
    numTokens = paddedSequences;
    numSequences = paddedSequences;
    numGenerated = paddedSequences;
    numRows = paddedSequences;
  }

  /** Asks for the logits of other rows than the batch's; at most {@code maxSequences}. */
  void selectRows(int[] wanted) {
    ints(Part.LOGIT_ROWS).put(wanted);
    numRows = wanted.length;
  }

  /**
   * Enqueues what brings the batch to the device.
   *
   * @param drawn {@code i32}: what the step before draws; null if the batch takes none of it
   */
  void send(TensorView drawn) {
    TensorView newPages = device.get(Part.NEW_PAGES);
    sides[turn].upload(newPages.byteOffset() + 2L * numNewPages * Integer.BYTES);
    if (numNewPages > 0) {
      kernels.putIds(
          newPages.rows(numNewPages),
          null,
          newPages.rows(numNewPages, numNewPages),
          pageRows.table());
    }
    if (numTaken > 0) {
      kernels.putIds(drawn, used(Part.TAKEN, numTaken), used(Part.TAKEN_TO, numTaken), tokens());
    }
  }

  private TensorView host(Part part) {
    return layout.get(part).of(sides[turn].host());
  }

  private IntBuffer ints(Part part) {
    return host(part).bytes().asIntBuffer();
  }

  private TensorView used(Part part, int count) {
    return device.get(part).rows(count);
  }

  int numTokens() {
    return numTokens;
  }

  int numRows() {
    return numRows;
  }

  TensorView tokens() {
    return used(Part.TOKENS, numTokens);
  }

  TensorView positions() {
    return used(Part.POSITIONS, numTokens);
  }

  RopeAppend.TokenRows tokenRows() {
    return new RopeAppend.TokenRows(positions(), used(Part.SLOTS, numTokens));
  }

  Attention.Sequences sequences() {
    return new Attention.Sequences(
        used(Part.QUERY_START, numSequences + 1),
        used(Part.CONTEXT_LENGTH, numSequences),
        used(Part.TABLE_ROW, numSequences),
        pageRows.table(),
        numGenerated,
        longestPrompt);
  }

  /** Rows of the step whose logits are wanted, {@code [R] i32}. */
  TensorView rows() {
    return used(Part.LOGIT_ROWS, numRows);
  }

  @Override
  public void close() {
    for (Staging side : sides) {
      side.close();
    }
    pageRows.close();
  }

  private void check(Batch batch, int numDrawn) {
    List<Entry> entries = batch.entries();
    require(
        !entries.isEmpty() && entries.size() <= limits.maxSequences(),
        "sequences a step",
        limits.maxSequences(),
        entries.size());
    int tokens = 0;
    for (Entry entry : entries) {
      int count = entry.tokens().count();
      require(count >= 1, "tokens of a sequence", limits.maxTokens(), count);
      long context = (long) entry.contextBefore() + count;
      require(
          entry.contextBefore() >= 0 && context <= limits.maxContext(),
          "tokens of context",
          limits.maxContext(),
          context);
      checkTokens(entry.tokens(), numDrawn);
      checkPages(entry);
      tokens = Math.addExact(tokens, count);
    }
    require(tokens <= limits.maxTokens(), "tokens a step", limits.maxTokens(), tokens);
    pageRows.check(batch);
  }

  private void checkTokens(TokenSlice slice, int numDrawn) {
    if (slice.isDrawn()) {
      boolean exists = slice.count() == 1 && slice.drawn() >= 0 && slice.drawn() < numDrawn;
      require(exists, "index of a token that the step before draws", numDrawn - 1L, slice.drawn());
      return;
    }
    for (int i = slice.from(); i < slice.from() + slice.count(); i++) {
      int id = slice.ids()[i];
      require(id >= 0 && id < limits.vocabulary(), "token id", limits.vocabulary() - 1L, id);
    }
  }

  /** Checks the pages that are new and those that new tokens go to. */
  private void checkPages(Entry entry) {
    int[] pages = entry.place().pages();
    int needed = PageRows.numNeeded(entry);
    if (pages.length < needed) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "pages: expected %d for %d tokens, got %d",
              needed,
              entry.contextBefore() + entry.tokens().count(),
              pages.length));
    }
    int first = Math.min(PageRows.numKnown(entry), entry.contextBefore() / KvLayer.PAGE_SLOTS);
    for (int i = Math.max(first, 0); i < needed; i++) {
      int page = pages[i];
      require(page >= 0 && page < limits.numPages(), "page id", limits.numPages() - 1L, page);
    }
  }

  private static void require(boolean holds, String what, long max, long got) {
    if (!holds) {
      throw new IllegalArgumentException(
          String.format(Locale.ROOT, "%s: expected at most %d, got %d", what, max, got));
    }
  }
}
