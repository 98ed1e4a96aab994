package dev.fovea.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where keys and values lie changes no bit: other strides, and pages beyond the reach of 32-bit
 * offsets.
 */
@NeedsNativeLibrary
class AttentionStridesTest {
  private static final int BF16 = 1;
  private static final int PAGES = 3;
  private static final int KV_HEADS = 2;
  private static final int SLOTS = 64;
  private static final int DIM = 64;
  private static final int QUERY_HEADS = 4;
  private static final int CONTEXT = 2 * SLOTS + 2;
  private static final int PAGE_ELEMENTS = KV_HEADS * SLOTS * DIM;
  private static final int OUT_BYTES = 2 * QUERY_HEADS * DIM * 2;

  private final Random random = new Random(31);
  private final ByteBuffer queries = normal(2 * QUERY_HEADS * DIM);
  private final ByteBuffer keys = normal(PAGES * PAGE_ELEMENTS);
  private final ByteBuffer values = normal(PAGES * PAGE_ELEMENTS);

  private ByteBuffer normal(int elements) {
    ByteBuffer buffer = direct(2 * elements);
    for (int i = 0; i < elements; i++) {
      int bits = Float.floatToIntBits((float) random.nextGaussian());
      buffer.putShort(2 * i, (short) (bits >>> 16));
    }
    return buffer;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private AttentionParams params(long numPages) {
    return new AttentionParams()
        .k(Memory.addressOf(keys))
        .v(Memory.addressOf(values))
        .kPageStride(PAGE_ELEMENTS)
        .kHeadStride(SLOTS * DIM)
        .kSlotStride(DIM)
        .vPageStride(PAGE_ELEMENTS)
        .vHeadStride(SLOTS * DIM)
        .vSlotStride(DIM)
        .numTokens(2)
        .numSequences(1)
        .queryHeads(QUERY_HEADS)
        .kvHeads(KV_HEADS)
        .headDim(DIM)
        .numPages(numPages)
        .maxPages(PAGES)
        .numTableRows(1)
        .scale(0.125f)
        .type(BF16)
        .kvType(BF16);
  }

  private byte[] run(int isa, AttentionParams params, int... pages) {
    ByteBuffer out = direct(OUT_BYTES);
    ByteBuffer start = direct(8).putInt(4, 2);
    ByteBuffer length = direct(4).putInt(0, CONTEXT);
    ByteBuffer row = direct(4);
    ByteBuffer table = direct(4 * PAGES);
    table.asIntBuffer().put(pages);
    CpuLibrary.StreamHandle stream = new CpuLibrary.StreamHandle();
    assertThat(CpuLibrary.foveaOpenStream(2, isa, stream)).isZero();
    params
        .q(Memory.addressOf(queries))
        .out(Memory.addressOf(out))
        .queryStart(Memory.addressOf(start))
        .contextLength(Memory.addressOf(length))
        .tableRow(Memory.addressOf(row))
        .pageTable(Memory.addressOf(table));
    assertThat(CpuLibrary.attention(stream, params)).as(CpuLibrary.foveaLastError()).isZero();
    CpuLibrary.foveaSynchronize(stream);
    CpuLibrary.foveaCloseStream(stream);
    byte[] bytes = new byte[OUT_BYTES];
    out.get(bytes);
    return bytes;
  }

  /** The best instruction set and the portable one. */
  @ParameterizedTest
  @ValueSource(ints = {-1, 0})
  void keysAndValuesMayLieInOtherOrders(int isa) {
    byte[] expected = run(isa, params(PAGES), 0, 1, 2);
    ByteBuffer interleaved = direct(2 * PAGES * PAGE_ELEMENTS); // [P, S, Hkv, D]
    for (int i = 0; i < PAGES * PAGE_ELEMENTS; i++) {
      int page = i / PAGE_ELEMENTS;
      int head = i / (SLOTS * DIM) % KV_HEADS;
      int slot = i / DIM % SLOTS;
      int to = ((page * SLOTS + slot) * KV_HEADS + head) * DIM + i % DIM;
      interleaved.putShort(2 * to, values.getShort(2 * i));
    }
    AttentionParams mixed =
        params(PAGES).v(Memory.addressOf(interleaved)).vHeadStride(DIM).vSlotStride(KV_HEADS * DIM);
    assertThat(run(isa, mixed, 0, 1, 2)).isEqualTo(expected);
    assertThat(expected).isNotEqualTo(new byte[OUT_BYTES]);
  }

  /** Of the 4.3 GB only three pages are ever touched, so no more than those become resident. */
  @Test
  void pagesMayLieBeyondTwoToTheThirtyOneElements() {
    int border = (int) ((1L << 31) / PAGE_ELEMENTS);
    long numPages = border + PAGES;
    int[] pages = {border + 1, border - 1, border};
    long bytes = numPages * PAGE_ELEMENTS * 2;
    long[] address = new long[1];
    assumeTrue(
        CpuLibrary.foveaAllocate(bytes, address) == 0, "the system grants 4.3 GB of addresses");
    try {
      for (int i = 0; i < PAGES; i++) {
        long at = address[0] + (long) pages[i] * PAGE_ELEMENTS * 2;
        Memory.view(at, PAGE_ELEMENTS * 2)
            .put(keys.slice(i * PAGE_ELEMENTS * 2, PAGE_ELEMENTS * 2));
      }
      AttentionParams near = params(PAGES).v(Memory.addressOf(keys));
      AttentionParams far = params(numPages).k(address[0]).v(address[0]);
      assertThat(run(-1, far, pages)).isEqualTo(run(-1, near, 0, 1, 2));
    } finally {
      CpuLibrary.foveaFree(address[0]);
    }
  }
}
