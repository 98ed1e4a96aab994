package dev.fovea.kernel;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fovea.kernel.SampleRow.Filters;
import dev.fovea.kernel.SampleRow.Noise;
import dev.fovea.kernel.SampleRow.Penalties;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every backend refuses what does not fit, and says what, what it expected and what it got. */
class BadArgumentsTest {
  private static final DType BF16 = DType.BF16;
  private static final DType F32 = DType.F32;

  private static TensorView t(DType dtype, long... dims) {
    return TensorView.host(dtype, dims);
  }

  private static TensorView ids(int... values) {
    return TestTensor.ints(values).view();
  }

  private static Weight w(Kernels k, DType dtype, long... dims) {
    return k.prepare(List.of(t(dtype, dims)));
  }

  private static Norm norm(Kernels k, DType dtype, long size) {
    return new Norm(w(k, dtype, size), null, 1e-5f);
  }

  private static Arguments refused(String call, String message, Consumer<Kernels> operation) {
    return Arguments.of(call, message, operation);
  }

  static Stream<Arguments> prepared() {
    return Stream.of(
        refused("no segments", "at least one tensor.*got none", k -> k.prepare(List.of())),
        refused("cube", "\\[M, K\\] or \\[M\\].*got \\[1, 2, 3\\] bf16", k -> w(k, BF16, 1, 2, 3)),
        refused("integers", "floating dtype.*got \\[4\\] i32", k -> w(k, DType.I32, 4)),
        refused(
            "two widths",
            "as the first, \\[2, 8\\] bf16, got \\[2, 9\\] bf16",
            k -> k.prepare(List.of(t(BF16, 2, 8), t(BF16, 2, 9)))),
        refused(
            "two dtypes",
            "as the first, \\[2, 8\\] bf16, got \\[2, 8\\] f32",
            k -> k.prepare(List.of(t(BF16, 2, 8), t(F32, 2, 8)))));
  }

  static Stream<Arguments> rowOperations() {
    return Stream.of(
        refused(
            "embed: out too narrow",
            "out: expected \\[2, 8\\].*got \\[2, 7\\]",
            k -> k.embed(ids(0, 1), null, w(k, BF16, 5, 8), null, t(F32, 2, 7))),
        refused(
            "embed: out in bf16",
            "out: expected F32, got \\[2, 8\\] BF16",
            k -> k.embed(ids(0, 1), null, w(k, BF16, 5, 8), null, t(BF16, 2, 8))),
        refused(
            "embed: a token past V",
            "tokens.*1.*0.*4.*got 5",
            k -> k.embed(ids(0, 5), null, w(k, BF16, 5, 8), null, t(F32, 2, 8))),
        refused(
            "embed: a negative token",
            "tokens.*got -1",
            k -> k.embed(ids(-1, 0), null, w(k, BF16, 5, 8), null, t(F32, 2, 8))),
        refused(
            "embed: a position past T",
            "positions.*0.*2.*got 3",
            k -> k.embed(ids(0, 1), ids(3, 0), w(k, BF16, 5, 8), w(k, BF16, 3, 8), t(F32, 2, 8))),
        refused(
            "embed: positions missing",
            "positions: expected.*got none",
            k -> k.embed(ids(0, 1), null, w(k, BF16, 5, 8), w(k, BF16, 3, 8), t(F32, 2, 8))),
        refused(
            "rmsNorm: gamma too short",
            "gamma: expected \\[8\\], got \\[7\\]",
            k -> k.rmsNorm(t(F32, 2, 8), null, norm(k, BF16, 7), t(BF16, 2, 8))),
        refused(
            "rmsNorm: delta of other rows",
            "delta: expected \\[2, 8\\].*got \\[3, 8\\]",
            k -> k.rmsNorm(t(F32, 2, 8), t(F32, 3, 8), norm(k, BF16, 8), t(BF16, 2, 8))),
        refused(
            "layerNorm: out in another 16-bit dtype",
            "out: expected F32 or BF16, got \\[2, 8\\] f16",
            k -> k.layerNorm(t(F32, 2, 8), null, norm(k, BF16, 8), t(DType.F16, 2, 8))),
        refused(
            "activation: x not twice as wide",
            "x: expected \\[2, 16\\].*got \\[2, 8\\]",
            k -> k.activation(Activation.SILU, true, t(F32, 2, 8), t(BF16, 2, 8))),
        refused(
            "activation: x in another 16-bit dtype",
            "x: expected .*BF16.*got \\[2, 16\\] f16",
            k -> k.activation(Activation.SILU, true, t(DType.F16, 2, 16), t(BF16, 2, 8))),
        refused(
            "gatherRows: a row past N",
            "rows.*0.*3.*got 4",
            k -> k.gatherRows(t(BF16, 4, 8), ids(0, 4), t(BF16, 2, 8))),
        refused(
            "gatherRows: another dtype",
            "out: expected BF16, got \\[1, 8\\] F32",
            k -> k.gatherRows(t(BF16, 4, 8), ids(0), t(F32, 1, 8))),
        refused(
            "putIds: a place past out",
            "places.*0.*3.*got 4",
            k -> k.putIds(ids(1, 2), null, ids(0, 4), t(DType.I32, 2, 2))),
        refused(
            "putIds: a source past ids",
            "sources.*0.*1.*got 2",
            k -> k.putIds(ids(1, 2), ids(2), ids(0), t(DType.I32, 4))),
        refused(
            "putIds: more ids than places",
            "ids: expected \\[1\\].*got \\[2\\]",
            k -> k.putIds(ids(1, 2), null, ids(0), t(DType.I32, 4))),
        refused(
            "putIds: out of floats",
            "out: expected I32, got \\[4\\] f32",
            k -> k.putIds(ids(1), null, ids(0), t(F32, 4))));
  }

  static Stream<Arguments> products() {
    return Stream.of(
        refused(
            "linear: another K",
            "x: expected \\[2, 8\\].*got \\[2, 9\\]",
            k -> k.linear(t(BF16, 2, 9), w(k, BF16, 5, 8), null, t(F32, 2, 5))),
        refused(
            "linear: x in f32",
            "x: expected BF16, got \\[2, 8\\] F32",
            k -> k.linear(t(F32, 2, 8), w(k, BF16, 5, 8), null, t(F32, 2, 5))),
        refused(
            "linear: out of other rows",
            "out: expected \\[2, 5\\], got \\[3, 5\\]",
            k -> k.linear(t(BF16, 2, 8), w(k, BF16, 5, 8), null, t(F32, 3, 5))),
        refused(
            "linear: bias in another dtype",
            "bias: expected F32 or BF16, got \\[5\\] F16",
            k -> k.linear(t(BF16, 2, 8), w(k, BF16, 5, 8), w(k, DType.F16, 5), t(F32, 2, 5))),
        refused(
            "linear: a vector as weight",
            "weight: expected \\[M, K\\], got \\[5\\]",
            k -> k.linear(t(BF16, 2, 8), w(k, BF16, 5), null, t(F32, 2, 5))));
  }

  /** A sound batch of two tokens of one sequence, but for what a test changes in it. */
  private static Attention attention(
      TensorView q, TensorView pages, Attention.Sequences sequences, Attention.Mask mask) {
    return new Attention(q, new KvLayer(pages, pages), sequences, mask, t(q.dtype(), 2, 4, 16));
  }

  private static Attention.Sequences sequences(int[] start, int[] length, int[] table) {
    return sequences(start, length, IntStream.range(0, length.length).toArray(), table);
  }

  private static Attention.Sequences sequences(int[] start, int[] length, int[] row, int[] table) {
    TensorView pages = ids(table).reshape(length.length, table.length / length.length);
    return new Attention.Sequences(ids(start), ids(length), ids(row), pages, 0);
  }

  static Stream<Arguments> attentions() {
    TensorView q = t(BF16, 2, 4, 16);
    TensorView pages = t(BF16, 3, 2, 64, 16);
    Attention.Mask mask = Attention.Mask.causal(0.25f, 0);
    Attention.Mask fullInWindow = new Attention.Mask(Attention.Mask.Kind.FULL, 1, 3);
    Attention.Sequences sound = sequences(new int[] {0, 2}, new int[] {2}, new int[] {1, 2});
    return Stream.of(
        refused(
            "q in another dtype",
            "q: expected BF16, got \\[2, 4, 16\\] F32",
            k -> k.attention(attention(t(F32, 2, 4, 16), pages, sound, mask))),
        refused(
            "another head dim",
            "q: expected \\[2, any, 16\\].*got \\[2, 4, 8\\]",
            k -> k.attention(attention(t(BF16, 2, 4, 8), pages, sound, mask))),
        refused(
            "heads that do not divide",
            "query heads.*multiple.*got 3 and 2",
            k -> k.attention(attention(t(BF16, 2, 3, 16), pages, sound, mask))),
        refused(
            "NaN scale",
            "scale: expected a finite number, got NaN",
            k -> k.attention(attention(q, pages, sound, Attention.Mask.causal(Float.NaN, 0)))),
        refused(
            "negative window",
            "window: expected 0.*got -1",
            k -> k.attention(attention(q, pages, sound, Attention.Mask.causal(1, -1)))),
        refused(
            "a window under a full mask",
            "window: expected 0 .*mask is full, got 3",
            k -> k.attention(attention(q, pages, sound, fullInWindow))),
        refused(
            "rows beyond N",
            "queryStart.*got.*3",
            k -> k.attention(attention(q, pages, sequences(a(0, 3), a(3), a(1, 2)), mask))),
        refused(
            "rows left over",
            "queryStart.*got.*1",
            k -> k.attention(attention(q, pages, sequences(a(0, 1), a(3), a(1, 2)), mask))),
        refused(
            "falling starts",
            "queryStart.*got",
            k ->
                k.attention(
                    attention(q, pages, sequences(a(0, 2, 1, 2), a(2, 2, 2), a(1, 1, 1)), mask))),
        refused(
            "more context than pages",
            "contextLength.*128.*got 129",
            k -> k.attention(attention(q, pages, sequences(a(0, 2), a(129), a(1, 2)), mask))),
        refused(
            "negative context",
            "contextLength.*got -5",
            k -> k.attention(attention(q, pages, sequences(a(0, 2), a(-5), a(1, 2)), mask))),
        refused(
            "a page past P",
            "pageTable.*0.*2.*got 3",
            k -> k.attention(attention(q, pages, sequences(a(0, 2), a(70), a(1, 3)), mask))),
        refused(
            "a row past the table",
            "tableRow.*0.*0.*got 1",
            k -> k.attention(attention(q, pages, sequences(a(0, 2), a(70), a(1), a(1, 2)), mask))),
        refused(
            "rows of another batch",
            "tableRow: expected \\[1\\], got \\[2\\]",
            k ->
                k.attention(
                    attention(q, pages, sequences(a(0, 2), a(70), a(0, 0), a(1, 2)), mask))));
  }

  private static int[] a(int... values) {
    return values;
  }

  private static RopeAppend rope(
      Kernels k, TensorView qkv, TensorView rotary, int[] positions, long[] slots) {
    TensorView pages = t(BF16, 3, 2, 64, 16);
    RopeAppend.TokenRows rows =
        new RopeAppend.TokenRows(ids(positions), TestTensor.longs(slots).view());
    Norm norm = norm(k, BF16, 16);
    TensorView q = t(BF16, 2, 4, 16);
    return new RopeAppend(qkv, norm, norm, rotary, rows, q, new KvLayer(pages, pages));
  }

  static Stream<Arguments> ropeAppends() {
    TensorView qkv = t(F32, 2, 128);
    TensorView rotary = t(F32, 10, 16);
    long[] slots = {0, 191};
    return Stream.of(
        refused(
            "qkv too narrow",
            "qkv: expected \\[2, 128\\].*got \\[2, 127\\]",
            k -> k.ropeAppend(rope(k, t(F32, 2, 127), rotary, a(0, 1), slots))),
        refused(
            "rotary wider than a head",
            "rotary: expected an even number of columns up to 16, got .*10, 18.*",
            k -> k.ropeAppend(rope(k, qkv, t(F32, 10, 18), a(0, 1), slots))),
        refused(
            "rotary of half a pair",
            "rotary: expected an even number of columns up to 16, got .*10, 7.*",
            k -> k.ropeAppend(rope(k, qkv, t(F32, 10, 7), a(0, 1), slots))),
        refused(
            "a position past the table",
            "positions.*0.*9.*got 10",
            k -> k.ropeAppend(rope(k, qkv, rotary, a(0, 10), slots))),
        refused(
            "a negative position",
            "positions.*got -1",
            k -> k.ropeAppend(rope(k, qkv, rotary, a(-1, 1), slots))),
        refused(
            "a slot past the pool",
            "slots.*191.*got 192",
            k -> k.ropeAppend(rope(k, qkv, rotary, a(0, 1), new long[] {0, 192}))),
        refused(
            "a slot before the pool",
            "slots.*got -2",
            k -> k.ropeAppend(rope(k, qkv, rotary, a(0, 1), new long[] {-2, 0}))));
  }

  private static void sampleAt(Kernels k, float temperature) {
    SampleRow row =
        new SampleRow(temperature, Filters.NONE, Penalties.NONE, new Noise(0, 0, 0), new int[0]);
    k.sample(t(F32, 1, 5), List.of(row), t(DType.I32, 1));
  }

  private static void sample(Kernels k, TensorView logits, Penalties penalties, int... banned) {
    SampleRow row = new SampleRow(1, Filters.NONE, penalties, new Noise(0, 0, 0), banned);
    k.sample(logits, List.of(row), t(DType.I32, 1));
  }

  static Stream<Arguments> samples() {
    return Stream.of(
        refused(
            "rows that do not match",
            "logits: expected \\[1, any\\].*got \\[2, 5\\]",
            k -> sample(k, t(F32, 2, 5), Penalties.NONE)),
        refused(
            "logits in bf16",
            "logits: expected F32, got \\[1, 5\\] BF16",
            k -> sample(k, t(BF16, 1, 5), Penalties.NONE)),
        refused("NaN temperature", "temperature: expected 0.*got NaN", k -> sampleAt(k, Float.NaN)),
        refused("negative temperature", "temperature: expected 0.*got -1", k -> sampleAt(k, -1)),
        refused(
            "a ban past V", "banned.*0.*4.*got 5", k -> sample(k, t(F32, 1, 5), Penalties.NONE, 5)),
        refused(
            "a penalty past V",
            "penalty.*0.*4.*got 9",
            k -> sample(k, t(F32, 1, 5), new Penalties(1, 0, 0, a(9), a(1)))),
        refused(
            "a negative penalty token",
            "penalty.*got -2",
            k -> sample(k, t(F32, 1, 5), new Penalties(1, 0, 0, a(-2), a(1)))),
        refused(
            "fewer counts than tokens",
            "penalties: expected.*2, got 1",
            k -> sample(k, t(F32, 1, 5), new Penalties(1, 0, 0, a(1, 2), a(1)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"prepared", "rowOperations", "products", "attentions", "ropeAppends", "samples"})
  void isRefused(String call, String message, Consumer<Kernels> operation) {
    Backends.onEach(
        kernels ->
            assertThatThrownBy(() -> operation.accept(kernels))
                .as(call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("(?is).*" + message + ".*"));
  }

  @Test
  void emptyBatchesAreFine() {
    Backends.onEach(
        k ->
            assertThatCode(
                    () -> {
                      k.embed(t(DType.I32, 0), null, w(k, BF16, 5, 8), null, t(F32, 0, 8));
                      k.rmsNorm(t(F32, 0, 8), null, norm(k, BF16, 8), t(BF16, 0, 8));
                      k.linear(t(BF16, 0, 8), w(k, BF16, 5, 8), null, t(F32, 0, 5));
                      k.activation(Activation.RELU, false, t(F32, 0, 8), t(BF16, 0, 8));
                      k.gatherRows(t(BF16, 4, 8), t(DType.I32, 0), t(BF16, 0, 8));
                      k.sample(t(F32, 0, 5), List.of(), t(DType.I32, 0));
                      k.synchronize();
                    })
                .doesNotThrowAnyException());
  }

  @Test
  void pagesOfAnotherSlotCountAreRefused() {
    assertThatThrownBy(() -> new KvLayer(t(BF16, 3, 2, 32, 16), t(BF16, 3, 2, 32, 16)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[P, Hkv, 64, D]")
        .hasMessageContaining("[3, 2, 32, 16]");
  }
}
