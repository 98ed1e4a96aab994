package dev.fovea.binding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fovea.binding.CpuLibrary.StreamHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.DisabledIf;

/**
 * The native functions themselves, without the checks of the Java side before them: null, negative,
 * overflowing and unsupported arguments come back as a status and a text; the process lives.
 */
@DisabledIf(value = "isMissing", disabledReason = "NativeLibraryTest judges a missing library")
class NativeBorderTest {
  private static final int OK = 0;
  private static final int INVALID_ARGUMENT = 1;
  private static final int IO_ERROR = 3;
  private static final int UNSUPPORTED = 4;
  private static final int F32 = 0;
  private static final int BF16 = 1;
  private static final int I32 = 3;
  private static final long HUGE = Long.MAX_VALUE;

  static boolean isMissing() {
    return NativeLibrary.cpuFailure().isPresent();
  }

  /** Memory that outlives the calls; every tensor of the small cases fits into one block. */
  private final List<ByteBuffer> blocks = new ArrayList<>();

  private final StreamHandle stream = new StreamHandle();

  NativeBorderTest() {
    assertThat(CpuLibrary.foveaOpenStream(2, -1, stream)).isEqualTo(OK);
  }

  @AfterEach
  void closeStream() {
    CpuLibrary.foveaCloseStream(stream);
  }

  private long block() {
    ByteBuffer block = ByteBuffer.allocateDirect(1 << 20).order(ByteOrder.nativeOrder());
    blocks.add(block);
    return Memory.addressOf(block);
  }

  private long ints(int... values) {
    long address = block();
    blocks.get(blocks.size() - 1).asIntBuffer().put(values);
    return address;
  }

  private long floats(float... values) {
    long address = block();
    blocks.get(blocks.size() - 1).asFloatBuffer().put(values);
    return address;
  }

  private static DynamicTest accepted(String what, IntSupplier call) {
    return DynamicTest.dynamicTest(
        what + ": sound", () -> assertThat(call.getAsInt()).as(lastError()).isEqualTo(OK));
  }

  private static DynamicTest refused(String what, int status, String word, IntSupplier call) {
    return DynamicTest.dynamicTest(
        what,
        () -> {
          assertThat(call.getAsInt()).as(what).isEqualTo(status);
          assertThat(lastError()).contains(word).contains("expected").containsPattern("got\\b");
        });
  }

  private static String lastError() {
    return CpuLibrary.foveaLastError().getString();
  }

  private AttentionParams attention() {
    return new AttentionParams()
        .q(block())
        .out(block())
        .k(block())
        .v(block())
        .queryStart(ints(0, 2))
        .contextLength(ints(70))
        .pageTable(ints(2, 0))
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
          return CpuLibrary.attention(stream, params);
        });
  }

  @TestFactory
  Stream<DynamicTest> attentionChecksItsArguments() {
    return Stream.of(
        accepted("attention", () -> CpuLibrary.attention(stream, attention())),
        refused(
            "attention: null stream",
            INVALID_ARGUMENT,
            "stream",
            () -> CpuLibrary.attention(null, attention())),
        refused(
            "attention: null params",
            INVALID_ARGUMENT,
            "params",
            () -> CpuLibrary.attention(stream, null)),
        attention("null q", INVALID_ARGUMENT, "q", p -> p.q(0)),
        attention("null out", INVALID_ARGUMENT, "out", p -> p.out(0)),
        attention("null k", INVALID_ARGUMENT, "k", p -> p.k(0)),
        attention("null v", INVALID_ARGUMENT, "v", p -> p.v(0)),
        attention("null starts", INVALID_ARGUMENT, "queryStart", p -> p.queryStart(0)),
        attention("null lengths", INVALID_ARGUMENT, "contextLength", p -> p.contextLength(0)),
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
        attention("page past P", INVALID_ARGUMENT, "pageTable", p -> p.pageTable(ints(0, 3))),
        attention("page < 0", INVALID_ARGUMENT, "pageTable", p -> p.pageTable(ints(-1, 0))),
        attention("context < 0", INVALID_ARGUMENT, "context", p -> p.contextLength(ints(-1))),
        attention("context too long", INVALID_ARGUMENT, "context", p -> p.contextLength(ints(129))),
        attention("start past N", INVALID_ARGUMENT, "queryStart", p -> p.queryStart(ints(0, 3))),
        attention("start not 0", INVALID_ARGUMENT, "queryStart", p -> p.queryStart(ints(1, 2))),
        attention("starts falling", INVALID_ARGUMENT, "queryStart", p -> p.queryStart(ints(0, -1))),
        attention("NaN scale", INVALID_ARGUMENT, "scale", p -> p.scale(Float.NaN)),
        attention("window < 0", INVALID_ARGUMENT, "window", p -> p.window(-1)),
        attention("integer q", INVALID_ARGUMENT, "type", p -> p.type(I32)),
        attention("unknown dtype", INVALID_ARGUMENT, "type", p -> p.type(77)),
        attention("two dtypes", INVALID_ARGUMENT, "kvType", p -> p.kvType(F32)),
        attention("soft cap", UNSUPPORTED, "soft cap", p -> p.softCap(30)),
        attention("ALiBi", UNSUPPORTED, "ALiBi", p -> p.alibiSlopes(block())),
        attention("sinks", UNSUPPORTED, "sinks", p -> p.sinks(block())),
        attention("page scales", UNSUPPORTED, "scales", p -> p.kScale(block())));
  }

  private DynamicTest linear(String what, String word, Consumer<LinearParams> change) {
    return refused(
        "linear: " + what,
        INVALID_ARGUMENT,
        word,
        () -> {
          LinearParams params = linear();
          change.accept(params);
          return CpuLibrary.linear(stream, params);
        });
  }

  private LinearParams linear() {
    return new LinearParams()
        .x(block())
        .weight(block())
        .out(block())
        .numTokens(3)
        .inputs(8)
        .outputs(5)
        .outStride(7)
        .outColumn(2)
        .type(BF16)
        .outType(F32);
  }

  @TestFactory
  Stream<DynamicTest> linearChecksItsArguments() {
    return Stream.of(
        accepted("linear", () -> CpuLibrary.linear(stream, linear())),
        refused("linear: null", INVALID_ARGUMENT, "null", () -> CpuLibrary.linear(null, null)),
        linear("null x", "x", p -> p.x(0)),
        linear("null weight", "weight", p -> p.weight(0)),
        linear("null out", "out", p -> p.out(0)),
        linear("N < 0", "x", p -> p.numTokens(-1)),
        linear("huge N", "x", p -> p.numTokens(HUGE)),
        linear("K = 0", "inputs", p -> p.inputs(0)),
        linear("K < 0", "inputs", p -> p.inputs(-8)),
        linear("huge K", "inputs", p -> p.inputs(HUGE)),
        linear("product overflows", "x", p -> p.numTokens(1L << 47).inputs(1L << 47)),
        linear("M < 0", "", p -> p.outputs(-1)),
        linear("M past the row", "outputs", p -> p.outputs(6)),
        linear("huge M", "", p -> p.outputs(HUGE)),
        linear("column past the row", "outColumn", p -> p.outColumn(8)),
        linear("column < 0", "outColumn", p -> p.outColumn(-1)),
        linear("huge stride", "out", p -> p.outStride(HUGE)),
        linear("integers", "type", p -> p.type(I32)),
        linear("another 16-bit out", "outType", p -> p.outType(2)),
        linear("unknown dtype", "type", p -> p.type(-1)));
  }

  @TestFactory
  Stream<DynamicTest> rowOperationsCheckTheirArguments() {
    return Stream.of(
        accepted("embed", () -> CpuLibrary.embed(stream, embed())),
        row("embed: null", "null", () -> CpuLibrary.embed(stream, null)),
        row("embed: V", "tokens", () -> CpuLibrary.embed(stream, embed().vocabulary(3))),
        row("embed: V < 0", "table", () -> CpuLibrary.embed(stream, embed().vocabulary(-1))),
        row("embed: E", "table", () -> CpuLibrary.embed(stream, embed().hidden(HUGE))),
        row("embed: dtype", "tableType", () -> CpuLibrary.embed(stream, embed().tableType(4))),
        row(
            "embed: positions",
            "positions",
            () -> CpuLibrary.embed(stream, embed().positionTable(block()).maxPositions(4))),
        accepted("rmsNorm", () -> CpuLibrary.rmsNorm(stream, norm())),
        accepted("layerNorm", () -> CpuLibrary.layerNorm(stream, norm())),
        row("rmsNorm: null", "null", () -> CpuLibrary.rmsNorm(null, norm())),
        row("rmsNorm: gamma", "gamma", () -> CpuLibrary.rmsNorm(stream, norm().gamma(0))),
        row("layerNorm: out", "out", () -> CpuLibrary.layerNorm(stream, norm().out(0))),
        row("rmsNorm: N", "residual", () -> CpuLibrary.rmsNorm(stream, norm().numTokens(-2))),
        row("rmsNorm: E", "residual", () -> CpuLibrary.rmsNorm(stream, norm().hidden(HUGE))),
        row("layerNorm: dtype", "Type", () -> CpuLibrary.layerNorm(stream, norm().weightType(9))),
        accepted("activation", () -> CpuLibrary.activation(stream, activation())),
        row("activation: x", "x", () -> CpuLibrary.activation(stream, activation().x(0))),
        row("activation: kind", "kind", () -> CpuLibrary.activation(stream, activation().kind(4))),
        row(
            "activation: gate",
            "gated",
            () -> CpuLibrary.activation(stream, activation().gated(2))),
        row("activation: F", "x", () -> CpuLibrary.activation(stream, activation().features(HUGE))),
        accepted("gatherRows", () -> CpuLibrary.gatherRows(stream, gather())),
        row("gatherRows: id", "rows", () -> CpuLibrary.gatherRows(stream, gather().numTokens(3))),
        row("gatherRows: R", "rows", () -> CpuLibrary.gatherRows(stream, gather().numRows(HUGE))),
        row("gatherRows: E", "x", () -> CpuLibrary.gatherRows(stream, gather().columns(-1))),
        row("gatherRows: dtype", "type", () -> CpuLibrary.gatherRows(stream, gather().type(17))));
  }

  private static DynamicTest row(String what, String word, IntSupplier call) {
    return refused(what, INVALID_ARGUMENT, word, call);
  }

  private EmbedParams embed() {
    return new EmbedParams()
        .tokens(ints(0, 3))
        .table(block())
        .out(block())
        .numTokens(2)
        .hidden(8)
        .vocabulary(4)
        .tableType(BF16);
  }

  private NormParams norm() {
    return new NormParams()
        .residual(block())
        .gamma(block())
        .out(block())
        .numTokens(2)
        .hidden(8)
        .epsilon(1e-5f)
        .weightType(BF16)
        .outType(BF16);
  }

  private ActivationParams activation() {
    return new ActivationParams()
        .x(block())
        .out(block())
        .numTokens(2)
        .features(8)
        .gated(1)
        .outType(BF16);
  }

  private GatherRowsParams gather() {
    return new GatherRowsParams()
        .x(block())
        .rows(ints(3))
        .out(block())
        .numTokens(4)
        .numRows(1)
        .columns(8)
        .type(BF16);
  }

  private RopeAppendParams rope() {
    return new RopeAppendParams()
        .qkv(block())
        .rotary(block())
        .positions(ints(0, 9))
        .slots(block())
        .q(block())
        .kPages(block())
        .vPages(block())
        .numTokens(2)
        .queryHeads(4)
        .kvHeads(2)
        .headDim(16)
        .numPages(3)
        .maxPositions(10)
        .weightType(BF16)
        .type(BF16);
  }

  private SampleParams sample() {
    return new SampleParams()
        .logits(block())
        .tokens(block())
        .temperature(floats(1))
        .topP(floats(1))
        .minP(block())
        .topK(block())
        .repetition(floats(1))
        .presence(block())
        .frequency(block())
        .seed(block())
        .outputPosition(block())
        .choice(block())
        .banStart(ints(0, 1))
        .banned(ints(4))
        .penaltyStart(ints(0, 1))
        .penaltyToken(ints(2))
        .penaltyCount(ints(1))
        .numRows(1)
        .vocabulary(5);
  }

  @TestFactory
  Stream<DynamicTest> ropeAppendAndSampleCheckTheirArguments() {
    return Stream.of(
        accepted("ropeAppend", () -> CpuLibrary.ropeAppend(stream, rope())),
        row("ropeAppend: null", "null", () -> CpuLibrary.ropeAppend(stream, null)),
        row("ropeAppend: qkv", "qkv", () -> CpuLibrary.ropeAppend(stream, rope().qkv(0))),
        row("ropeAppend: slots", "slots", () -> CpuLibrary.ropeAppend(stream, rope().slots(0))),
        row("ropeAppend: pages", "kPages", () -> CpuLibrary.ropeAppend(stream, rope().kPages(0))),
        row(
            "ropeAppend: no page",
            "slots",
            () -> CpuLibrary.ropeAppend(stream, rope().numPages(0))),
        row("ropeAppend: P", "ages", () -> CpuLibrary.ropeAppend(stream, rope().numPages(HUGE))),
        row(
            "ropeAppend: T",
            "positions",
            () -> CpuLibrary.ropeAppend(stream, rope().maxPositions(9))),
        row("ropeAppend: D", "headDim", () -> CpuLibrary.ropeAppend(stream, rope().headDim(15))),
        row("ropeAppend: D", "headDim", () -> CpuLibrary.ropeAppend(stream, rope().headDim(HUGE))),
        row("ropeAppend: Hq", "eads", () -> CpuLibrary.ropeAppend(stream, rope().queryHeads(-1))),
        row("ropeAppend: Hkv", "eads", () -> CpuLibrary.ropeAppend(stream, rope().kvHeads(HUGE))),
        row("ropeAppend: dtype", "type", () -> CpuLibrary.ropeAppend(stream, rope().type(I32))),
        accepted("sample", () -> CpuLibrary.sample(stream, sample())),
        row("sample: null", "null", () -> CpuLibrary.sample(null, sample())),
        row("sample: logits", "logits", () -> CpuLibrary.sample(stream, sample().logits(0))),
        row("sample: V = 0", "vocabulary", () -> CpuLibrary.sample(stream, sample().vocabulary(0))),
        row("sample: V", "vocabulary", () -> CpuLibrary.sample(stream, sample().vocabulary(HUGE))),
        row("sample: R < 0", "logits", () -> CpuLibrary.sample(stream, sample().numRows(-1))),
        row("sample: R", "logits", () -> CpuLibrary.sample(stream, sample().numRows(HUGE))),
        row("sample: bans", "ban", () -> CpuLibrary.sample(stream, sample().banStart(0))),
        row(
            "sample: falling",
            "ban",
            () -> CpuLibrary.sample(stream, sample().banStart(ints(0, -1)))),
        row("sample: ban", "banned", () -> CpuLibrary.sample(stream, sample().banned(ints(5)))),
        row("sample: ban", "banned", () -> CpuLibrary.sample(stream, sample().banned(ints(-1)))),
        row(
            "sample: penalty",
            "penalty",
            () -> CpuLibrary.sample(stream, sample().penaltyToken(0))),
        row(
            "sample: temperature",
            "temperature",
            () -> CpuLibrary.sample(stream, sample().temperature(floats(Float.NaN)))));
  }

  @TestFactory
  Stream<DynamicTest> streamsAndMemoryCheckTheirArguments() {
    long[] address = new long[1];
    long[] bytes = new long[1];
    return Stream.of(
        row(
            "open: threads",
            "threads",
            () -> CpuLibrary.foveaOpenStream(-1, -1, new StreamHandle())),
        row("open: isa", "isa", () -> CpuLibrary.foveaOpenStream(1, 3, new StreamHandle())),
        row("open: isa", "isa", () -> CpuLibrary.foveaOpenStream(1, -2, new StreamHandle())),
        row("allocate: size", "bytes", () -> CpuLibrary.foveaAllocate(-1, address)),
        row("allocate: size", "bytes", () -> CpuLibrary.foveaAllocate(HUGE, address)),
        row("allocate: address", "address", () -> CpuLibrary.foveaAllocate(8, null)),
        row("map: path", "null", () -> CpuLibrary.foveaMapFile(null, address, bytes)),
        refused(
            "map: no file",
            IO_ERROR,
            "no-such-file",
            () -> CpuLibrary.foveaMapFile("no-such-file", address, bytes)),
        refused(
            "map: a folder", IO_ERROR, "src", () -> CpuLibrary.foveaMapFile("src", address, bytes)),
        row("synchronize", "stream", () -> CpuLibrary.foveaSynchronize(null)));
  }
}
