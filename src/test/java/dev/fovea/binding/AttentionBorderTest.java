package dev.fovea.binding;

import static dev.fovea.binding.BorderCalls.BF16;
import static dev.fovea.binding.BorderCalls.F32;
import static dev.fovea.binding.BorderCalls.HUGE;
import static dev.fovea.binding.BorderCalls.I32;
import static dev.fovea.binding.BorderCalls.INVALID_ARGUMENT;
import static dev.fovea.binding.BorderCalls.UNSUPPORTED;
import static dev.fovea.binding.BorderCalls.accepted;
import static dev.fovea.binding.BorderCalls.refused;

import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code attention} refuses every argument that it cannot serve, as {@link NativeBorderTest} says.
 */
@NeedsNativeLibrary
class AttentionBorderTest {

  @RegisterExtension private final BorderCalls border = new BorderCalls();

  private AttentionParams attention() {
    return new AttentionParams()
        .q(border.block())
        .out(border.block())
        .k(border.block())
        .v(border.block())
        .queryStart(border.ints(0, 2))
        .contextLength(border.ints(70))
        .tableRow(border.ints(1))
        .pageTable(border.ints(99, 99, 2, 0))
        .kPageStride(2 * 64 * 16)
        .kHeadStride(64 * 16)
        .kSlotStride(16)
        .vPageStride(2 * 64 * 16)
        .vHeadStride(64 * 16)
        .vSlotStride(16)
        .numTokens(2)
        .numSequences(1)
        .queryHeads(4)
        .kvHeads(2)
        .headDim(16)
        .numPages(3)
        .maxPages(2)
        .numTableRows(2)
        .scale(0.25f)
        .type(BF16)
        .kvType(BF16);
  }

  private DynamicTest attention(String what, int status, String word, Consumer<AttentionParams> f) {
    return refused(
        "attention: " + what,
        status,
        word,
        () -> {
          AttentionParams params = attention();
          f.accept(params);
          return CpuLibrary.attention(border.stream, params);
        });
  }

  @TestFactory
  Stream<DynamicTest> attentionChecksItsArguments() {
    return Stream.of(
        accepted("attention", () -> CpuLibrary.attention(border.stream, attention())),
        accepted("full", () -> CpuLibrary.attention(border.stream, attention().mask(1))),
        refused(
            "attention: null stream",
            INVALID_ARGUMENT,
            "stream",
            () -> CpuLibrary.attention(null, attention())),
        refused(
            "attention: null params",
            INVALID_ARGUMENT,
            "params",
            () -> CpuLibrary.attention(border.stream, null)),
        attention("null q", INVALID_ARGUMENT, "q", p -> p.q(0)),
        attention("null out", INVALID_ARGUMENT, "out", p -> p.out(0)),
        attention("null k", INVALID_ARGUMENT, "k", p -> p.k(0)),
        attention("null v", INVALID_ARGUMENT, "v", p -> p.v(0)),
        attention("null starts", INVALID_ARGUMENT, "queryStart", p -> p.queryStart(0)),
        attention("null lengths", INVALID_ARGUMENT, "contextLength", p -> p.contextLength(0)),
        attention("null rows", INVALID_ARGUMENT, "tableRow", p -> p.tableRow(0)),
        attention("row past table", INVALID_ARGUMENT, "tableRow", p -> p.numTableRows(1)),
        attention("row < 0", INVALID_ARGUMENT, "tableRow", p -> p.tableRow(border.ints(-1))),
        attention("table rows < 0", INVALID_ARGUMENT, "pageTable", p -> p.numTableRows(-1)),
        attention("huge table", INVALID_ARGUMENT, "pageTable", p -> p.numTableRows(HUGE)),
        attention("null table", INVALID_ARGUMENT, "pageTable", p -> p.pageTable(0)),
        attention("N < 0", INVALID_ARGUMENT, "q", p -> p.numTokens(-1)),
        attention("huge N", INVALID_ARGUMENT, "q", p -> p.numTokens(HUGE)),
        attention("N overflows", INVALID_ARGUMENT, "q", p -> p.numTokens(1L << 47)),
        attention("B < 0", INVALID_ARGUMENT, "", p -> p.numSequences(-1)),
        attention("huge B", INVALID_ARGUMENT, "", p -> p.numSequences(HUGE)),
        attention("no KV heads", INVALID_ARGUMENT, "kvHeads", p -> p.kvHeads(0)),
        attention("Hq of no group", INVALID_ARGUMENT, "Hq=3", p -> p.queryHeads(3)),
        attention("Hq < 0", INVALID_ARGUMENT, "queryHeads", p -> p.queryHeads(-4)),
        attention("D = 0", INVALID_ARGUMENT, "headDim", p -> p.headDim(0)),
        attention("D = 12", INVALID_ARGUMENT, "D=12", p -> p.headDim(12)),
        attention("D = 264", INVALID_ARGUMENT, "headDim", p -> p.headDim(264)),
        attention("P < 0", INVALID_ARGUMENT, "k", p -> p.numPages(-1)),
        attention("huge P", INVALID_ARGUMENT, "k", p -> p.numPages(HUGE)),
        attention("huge maxPages", INVALID_ARGUMENT, "pageTable", p -> p.maxPages(HUGE)),
        attention("no pages", INVALID_ARGUMENT, "contextLength", p -> p.maxPages(1)),
        attention("stride < 0", INVALID_ARGUMENT, "stride", p -> p.kSlotStride(-16)),
        attention("huge stride", INVALID_ARGUMENT, "stride", p -> p.vPageStride(HUGE)),
        attention(
            "page past P",
            INVALID_ARGUMENT,
            "pageTable",
            p -> p.pageTable(border.ints(0, 0, 0, 3))),
        attention(
            "page < 0", INVALID_ARGUMENT, "pageTable", p -> p.pageTable(border.ints(0, 0, -1, 0))),
        attention(
            "context < 0", INVALID_ARGUMENT, "context", p -> p.contextLength(border.ints(-1))),
        attention(
            "context too long",
            INVALID_ARGUMENT,
            "context",
            p -> p.contextLength(border.ints(129))),
        attention(
            "start past N", INVALID_ARGUMENT, "queryStart", p -> p.queryStart(border.ints(0, 3))),
        attention(
            "start not 0", INVALID_ARGUMENT, "queryStart", p -> p.queryStart(border.ints(1, 2))),
        attention(
            "starts falling",
            INVALID_ARGUMENT,
            "queryStart",
            p -> p.queryStart(border.ints(0, -1))),
        attention("NaN scale", INVALID_ARGUMENT, "scale", p -> p.scale(Float.NaN)),
        attention("mask < 0", INVALID_ARGUMENT, "mask", p -> p.mask(-1)),
        attention("unknown mask", INVALID_ARGUMENT, "mask", p -> p.mask(7)),
        attention("window < 0", INVALID_ARGUMENT, "window", p -> p.window(-1)),
        attention("full window", INVALID_ARGUMENT, "mask is full", p -> p.mask(1).window(3)),
        attention("integer q", INVALID_ARGUMENT, "type", p -> p.type(I32)),
        attention("unknown dtype", INVALID_ARGUMENT, "type", p -> p.type(77)),
        attention("two dtypes", INVALID_ARGUMENT, "kvType", p -> p.kvType(F32)),
        attention("soft cap", UNSUPPORTED, "soft cap", p -> p.softCap(30)),
        attention("ALiBi", UNSUPPORTED, "ALiBi", p -> p.alibiSlopes(border.block())),
        attention("sinks", UNSUPPORTED, "sinks", p -> p.sinks(border.block())),
        attention("page scales", UNSUPPORTED, "scales", p -> p.kScale(border.block())));
  }
}
