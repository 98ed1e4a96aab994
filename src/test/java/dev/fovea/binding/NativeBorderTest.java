package dev.fovea.binding;

import static dev.fovea.binding.BorderCalls.BF16;
import static dev.fovea.binding.BorderCalls.F32;
import static dev.fovea.binding.BorderCalls.HUGE;
import static dev.fovea.binding.BorderCalls.I32;
import static dev.fovea.binding.BorderCalls.INVALID_ARGUMENT;
import static dev.fovea.binding.BorderCalls.IO_ERROR;
import static dev.fovea.binding.BorderCalls.accepted;
import static dev.fovea.binding.BorderCalls.refused;

import dev.fovea.binding.CpuLibrary.StreamHandle;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The native functions themselves, without the checks of the Java side before them: null, negative,
 * overflowing and unsupported arguments come back as a status and a text; the process lives.
 */
@NeedsNativeLibrary
class NativeBorderTest {

  @RegisterExtension private final BorderCalls border = new BorderCalls();

  private DynamicTest linear(String what, String word, Consumer<LinearParams> change) {
    return refused(
        "linear: " + what,
        INVALID_ARGUMENT,
        word,
        () -> {
          LinearParams params = linear();
          change.accept(params);
          return CpuLibrary.linear(border.stream, params);
        });
  }

  private LinearParams linear() {
    return new LinearParams()
        .x(border.block())
        .weight(border.block())
        .out(border.block())
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
        accepted("linear", () -> CpuLibrary.linear(border.stream, linear())),
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
        accepted("embed", () -> CpuLibrary.embed(border.stream, embed())),
        row("embed: null", "null", () -> CpuLibrary.embed(border.stream, null)),
        row("embed: V", "tokens", () -> CpuLibrary.embed(border.stream, embed().vocabulary(3))),
        row("embed: V < 0", "table", () -> CpuLibrary.embed(border.stream, embed().vocabulary(-1))),
        row("embed: E", "table", () -> CpuLibrary.embed(border.stream, embed().hidden(HUGE))),
        row(
            "embed: dtype",
            "tableType",
            () -> CpuLibrary.embed(border.stream, embed().tableType(4))),
        row(
            "embed: positions",
            "positions",
            () ->
                CpuLibrary.embed(
                    border.stream, embed().positionTable(border.block()).maxPositions(4))),
        accepted("rmsNorm", () -> CpuLibrary.rmsNorm(border.stream, norm())),
        accepted("layerNorm", () -> CpuLibrary.layerNorm(border.stream, norm())),
        row("rmsNorm: null", "null", () -> CpuLibrary.rmsNorm(null, norm())),
        row("rmsNorm: gamma", "gamma", () -> CpuLibrary.rmsNorm(border.stream, norm().gamma(0))),
        row("layerNorm: out", "out", () -> CpuLibrary.layerNorm(border.stream, norm().out(0))),
        row(
            "rmsNorm: N",
            "residual",
            () -> CpuLibrary.rmsNorm(border.stream, norm().numTokens(-2))),
        row("rmsNorm: E", "residual", () -> CpuLibrary.rmsNorm(border.stream, norm().hidden(HUGE))),
        row(
            "layerNorm: dtype",
            "Type",
            () -> CpuLibrary.layerNorm(border.stream, norm().weightType(9))),
        accepted("activation", () -> CpuLibrary.activation(border.stream, activation())),
        row("activation: x", "x", () -> CpuLibrary.activation(border.stream, activation().x(0))),
        row(
            "activation: kind",
            "kind",
            () -> CpuLibrary.activation(border.stream, activation().kind(4))),
        row(
            "activation: gate",
            "gated",
            () -> CpuLibrary.activation(border.stream, activation().gated(2))),
        row(
            "activation: dtype",
            "xType: expected f32 or bf16, got f16",
            () -> CpuLibrary.activation(border.stream, activation().xType(2))),
        row(
            "activation: F",
            "x",
            () -> CpuLibrary.activation(border.stream, activation().features(HUGE))),
        accepted("gatherRows", () -> CpuLibrary.gatherRows(border.stream, gather())),
        row(
            "gatherRows: id",
            "rows",
            () -> CpuLibrary.gatherRows(border.stream, gather().numTokens(3))),
        row(
            "gatherRows: R",
            "rows",
            () -> CpuLibrary.gatherRows(border.stream, gather().numRows(HUGE))),
        row("gatherRows: E", "x", () -> CpuLibrary.gatherRows(border.stream, gather().columns(-1))),
        row(
            "gatherRows: dtype",
            "type",
            () -> CpuLibrary.gatherRows(border.stream, gather().type(17))),
        accepted("putIds", () -> CpuLibrary.putIds(border.stream, put())),
        row("putIds: null", "null", () -> CpuLibrary.putIds(border.stream, null)),
        row("putIds: ids", "ids", () -> CpuLibrary.putIds(border.stream, put().ids(0))),
        row("putIds: out", "out", () -> CpuLibrary.putIds(border.stream, put().size(HUGE))),
        row("putIds: J", "sources", () -> CpuLibrary.putIds(border.stream, put().count(HUGE))),
        row("putIds: place", "places", () -> CpuLibrary.putIds(border.stream, put().size(3))),
        row("putIds: source", "sources", () -> CpuLibrary.putIds(border.stream, put().numIds(1))),
        row("putIds: M", "numIds", () -> CpuLibrary.putIds(border.stream, put().sources(0))));
  }

  private static DynamicTest row(String what, String word, IntSupplier call) {
    return refused(what, INVALID_ARGUMENT, word, call);
  }

  private PutIdsParams put() {
    return new PutIdsParams()
        .ids(border.ints(5, 6, 7))
        .sources(border.ints(1, 0))
        .places(border.ints(3, 0))
        .out(border.block())
        .numIds(3)
        .count(2)
        .size(4);
  }

  private EmbedParams embed() {
    return new EmbedParams()
        .tokens(border.ints(0, 3))
        .table(border.block())
        .out(border.block())
        .numTokens(2)
        .hidden(8)
        .vocabulary(4)
        .tableType(BF16);
  }

  private NormParams norm() {
    return new NormParams()
        .residual(border.block())
        .gamma(border.block())
        .out(border.block())
        .numTokens(2)
        .hidden(8)
        .epsilon(1e-5f)
        .weightType(BF16)
        .outType(BF16);
  }

  private ActivationParams activation() {
    return new ActivationParams()
        .x(border.block())
        .out(border.block())
        .numTokens(2)
        .features(8)
        .gated(1)
        .outType(BF16);
  }

  private GatherRowsParams gather() {
    return new GatherRowsParams()
        .x(border.block())
        .rows(border.ints(3))
        .out(border.block())
        .numTokens(4)
        .numRows(1)
        .columns(8)
        .type(BF16);
  }

  private RopeAppendParams rope() {
    return new RopeAppendParams()
        .qkv(border.block())
        .rotary(border.block())
        .positions(border.ints(0, 9))
        .slots(border.block())
        .q(border.block())
        .kPages(border.block())
        .vPages(border.block())
        .numTokens(2)
        .queryHeads(4)
        .kvHeads(2)
        .headDim(16)
        .rotaryDim(16)
        .numPages(3)
        .maxPositions(10)
        .weightType(BF16)
        .type(BF16);
  }

  private SampleParams sample() {
    return new SampleParams()
        .logits(border.block())
        .tokens(border.block())
        .temperature(border.floats(1))
        .topP(border.floats(1))
        .minP(border.block())
        .topK(border.block())
        .repetition(border.floats(1))
        .presence(border.block())
        .frequency(border.block())
        .seed(border.block())
        .outputPosition(border.block())
        .choice(border.block())
        .banStart(border.ints(0, 1))
        .banned(border.ints(4))
        .penaltyStart(border.ints(0, 1))
        .penaltyToken(border.ints(2))
        .penaltyCount(border.ints(1))
        .numRows(1)
        .vocabulary(5);
  }

  @TestFactory
  Stream<DynamicTest> ropeAppendAndSampleCheckTheirArguments() {
    return Stream.of(
        accepted("ropeAppend", () -> CpuLibrary.ropeAppend(border.stream, rope())),
        row("ropeAppend: null", "null", () -> CpuLibrary.ropeAppend(border.stream, null)),
        row("ropeAppend: qkv", "qkv", () -> CpuLibrary.ropeAppend(border.stream, rope().qkv(0))),
        row(
            "ropeAppend: slots",
            "slots",
            () -> CpuLibrary.ropeAppend(border.stream, rope().slots(0))),
        row(
            "ropeAppend: pages",
            "kPages",
            () -> CpuLibrary.ropeAppend(border.stream, rope().kPages(0))),
        row(
            "ropeAppend: no page",
            "slots",
            () -> CpuLibrary.ropeAppend(border.stream, rope().numPages(0))),
        row(
            "ropeAppend: P",
            "ages",
            () -> CpuLibrary.ropeAppend(border.stream, rope().numPages(HUGE))),
        row(
            "ropeAppend: T",
            "positions",
            () -> CpuLibrary.ropeAppend(border.stream, rope().maxPositions(9))),
        row(
            "ropeAppend: D",
            "headDim",
            () -> CpuLibrary.ropeAppend(border.stream, rope().headDim(15))),
        row(
            "ropeAppend: D",
            "headDim",
            () -> CpuLibrary.ropeAppend(border.stream, rope().headDim(HUGE))),
        accepted("ropeAppend: R", () -> CpuLibrary.ropeAppend(border.stream, rope().rotaryDim(6))),
        row(
            "ropeAppend: odd R",
            "rotaryDim: expected an even number, got 7",
            () -> CpuLibrary.ropeAppend(border.stream, rope().rotaryDim(7))),
        row(
            "ropeAppend: R beyond D",
            "rotaryDim",
            () -> CpuLibrary.ropeAppend(border.stream, rope().rotaryDim(18))),
        row(
            "ropeAppend: R of no table",
            "rotaryDim",
            () -> CpuLibrary.ropeAppend(border.stream, rope().rotary(0))),
        row(
            "ropeAppend: Hq",
            "eads",
            () -> CpuLibrary.ropeAppend(border.stream, rope().queryHeads(-1))),
        row(
            "ropeAppend: Hkv",
            "eads",
            () -> CpuLibrary.ropeAppend(border.stream, rope().kvHeads(HUGE))),
        row(
            "ropeAppend: dtype",
            "type",
            () -> CpuLibrary.ropeAppend(border.stream, rope().type(I32))),
        accepted("sample", () -> CpuLibrary.sample(border.stream, sample())),
        row("sample: null", "null", () -> CpuLibrary.sample(null, sample())),
        row("sample: logits", "logits", () -> CpuLibrary.sample(border.stream, sample().logits(0))),
        row(
            "sample: V = 0",
            "vocabulary",
            () -> CpuLibrary.sample(border.stream, sample().vocabulary(0))),
        row(
            "sample: V",
            "vocabulary",
            () -> CpuLibrary.sample(border.stream, sample().vocabulary(HUGE))),
        row(
            "sample: R < 0",
            "logits",
            () -> CpuLibrary.sample(border.stream, sample().numRows(-1))),
        row("sample: R", "logits", () -> CpuLibrary.sample(border.stream, sample().numRows(HUGE))),
        row("sample: bans", "ban", () -> CpuLibrary.sample(border.stream, sample().banStart(0))),
        row(
            "sample: falling",
            "ban",
            () -> CpuLibrary.sample(border.stream, sample().banStart(border.ints(0, -1)))),
        row(
            "sample: ban",
            "banned",
            () -> CpuLibrary.sample(border.stream, sample().banned(border.ints(5)))),
        row(
            "sample: ban",
            "banned",
            () -> CpuLibrary.sample(border.stream, sample().banned(border.ints(-1)))),
        row(
            "sample: penalty",
            "penalty",
            () -> CpuLibrary.sample(border.stream, sample().penaltyToken(0))),
        row(
            "sample: temperature",
            "temperature",
            () ->
                CpuLibrary.sample(border.stream, sample().temperature(border.floats(Float.NaN)))));
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
