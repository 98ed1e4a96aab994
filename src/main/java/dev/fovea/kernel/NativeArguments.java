package dev.fovea.kernel;

import dev.fovea.binding.ActivationParams;
import dev.fovea.binding.AttentionParams;
import dev.fovea.binding.EmbedParams;
import dev.fovea.binding.GatherRowsParams;
import dev.fovea.binding.NormParams;
import dev.fovea.binding.PutIdsParams;
import dev.fovea.binding.RopeAppendParams;
import dev.fovea.tensor.DType;
import dev.fovea.tensor.TensorView;

/**
 * The parameter structs of the native operations: checked arguments go in, the struct for the call
 * comes out. Structs are made once and refilled, so that a step allocates nothing here.
 */
final class NativeArguments {
  private final EmbedParams embed = new EmbedParams();
  private final NormParams norm = new NormParams();
  private final RopeAppendParams ropeAppend = new RopeAppendParams();
  private final AttentionParams attention = new AttentionParams();
  private final ActivationParams activation = new ActivationParams();
  private final GatherRowsParams gatherRows = new GatherRowsParams();
  private final PutIdsParams putIds = new PutIdsParams();

  EmbedParams embed(
      TensorView tokens, TensorView positions, Weight table, Weight positionTable, TensorView out) {
    ShapeCheck.embed(tokens, positions, table, positionTable, out);
    boolean positioned = positionTable != null;
    return embed
        .tokens(tokens.address())
        .positions(positioned ? positions.address() : 0)
        .table(address(table))
        .positionTable(positioned ? address(positionTable) : 0)
        .out(out.address())
        .numTokens(out.shape().dim(0))
        .hidden(table.shape().dim(1))
        .vocabulary(table.shape().dim(0))
        .maxPositions(positioned ? positionTable.shape().dim(0) : 0)
        .tableType(table.dtype().code());
  }

  NormParams rmsNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    ShapeCheck.rmsNorm(residual, delta, norm, out);
    return fill(residual, delta, norm, out);
  }

  NormParams layerNorm(TensorView residual, TensorView delta, Norm norm, TensorView out) {
    ShapeCheck.layerNorm(residual, delta, norm, out);
    return fill(residual, delta, norm, out);
  }

  private NormParams fill(TensorView residual, TensorView delta, Norm weights, TensorView out) {
    return norm.residual(residual.address())
        .delta(delta == null ? 0 : delta.address())
        .gamma(address(weights.gamma()))
        .beta(weights.beta() == null ? 0 : address(weights.beta()))
        .out(out.address())
        .numTokens(residual.shape().dim(0))
        .hidden(residual.shape().dim(1))
        .epsilon(weights.epsilon())
        .weightType(weights.gamma().dtype().code())
        .outType(out.dtype().code());
  }

  RopeAppendParams ropeAppend(RopeAppend args) {
    HeadLayout heads = ShapeCheck.ropeAppend(args);
    Norm anyNorm = args.queryNorm() != null ? args.queryNorm() : args.keyNorm();
    return ropeAppend
        .qkv(args.qkv().address())
        .qGamma(args.queryNorm() == null ? 0 : address(args.queryNorm().gamma()))
        .kGamma(args.keyNorm() == null ? 0 : address(args.keyNorm().gamma()))
        .rotary(args.rotary() == null ? 0 : args.rotary().address())
        .positions(args.rows().positions().address())
        .slots(args.rows().slots().address())
        .q(args.q().address())
        .kPages(args.cache().keys().address())
        .vPages(args.cache().values().address())
        .numTokens(args.q().shape().dim(0))
        .queryHeads(heads.query())
        .kvHeads(heads.kv())
        .headDim(heads.dim())
        .rotaryDim(args.rotary() == null ? 0 : args.rotary().shape().dim(1))
        .numPages(args.cache().keys().shape().dim(0))
        .maxPositions(args.rotary() == null ? 0 : args.rotary().shape().dim(0))
        .epsilon(anyNorm == null ? 0 : anyNorm.epsilon())
        .weightType(anyNorm == null ? DType.F32.code() : anyNorm.gamma().dtype().code())
        .type(args.q().dtype().code());
  }

  AttentionParams attention(Attention args) {
    HeadLayout heads = ShapeCheck.attention(args);
    TensorView keys = args.cache().keys();
    Attention.Sequences sequences = args.sequences();
    return attentionOf(heads)
        .q(args.q().address())
        .out(args.out().address())
        .k(keys.address())
        .v(args.cache().values().address())
        .queryStart(sequences.queryStart().address())
        .contextLength(sequences.contextLength().address())
        .tableRow(sequences.tableRow().address())
        .pageTable(sequences.pageTable().address())
        .numTokens(args.q().shape().dim(0))
        .numSequences(sequences.contextLength().shape().dim(0))
        .numPages(keys.shape().dim(0))
        .maxPages(sequences.pageTable().shape().dim(1))
        .numTableRows(sequences.pageTable().shape().dim(0))
        .numGenerated(sequences.numGenerated())
        .longestPrompt(sequences.longestPrompt())
        .scale(args.mask().scale())
        .mask(args.mask().kind().code())
        .window(args.mask().window())
        .type(args.q().dtype().code())
        .kvType(keys.dtype().code());
  }

  /** The sizes alone, which are upper bounds. */
  AttentionParams attention(AttentionBounds bounds) {
    return attentionOf(bounds.heads())
        .numTokens(bounds.maxTokens())
        .numSequences(bounds.maxSequences())
        .numPages(bounds.numPages())
        .maxPages(bounds.maxPages())
        .scale(1)
        .window(0)
        .type(bounds.dtype().code())
        .kvType(bounds.dtype().code())
        .numGenerated(bounds.maxSequences())
        .longestPrompt(0);
  }

  /** Heads, and where they lie in pages [P, Hkv, S, D]. */
  private AttentionParams attentionOf(HeadLayout heads) {
    long headStride = (long) KvLayer.PAGE_SLOTS * heads.dim();
    long pageStride = heads.kv() * headStride;
    return attention
        .queryHeads(heads.query())
        .kvHeads(heads.kv())
        .headDim(heads.dim())
        .kPageStride(pageStride)
        .kHeadStride(headStride)
        .kSlotStride(heads.dim())
        .vPageStride(pageStride)
        .vHeadStride(headStride)
        .vSlotStride(heads.dim());
  }

  ActivationParams activation(Activation kind, boolean gated, TensorView x, TensorView out) {
    ShapeCheck.activation(gated, x, out);
    return activation
        .x(x.address())
        .out(out.address())
        .numTokens(out.shape().dim(0))
        .features(out.shape().dim(1))
        .kind(kind.code())
        .gated(gated ? 1 : 0)
        .xType(x.dtype().code())
        .outType(out.dtype().code());
  }

  GatherRowsParams gatherRows(TensorView x, TensorView rows, TensorView out) {
    ShapeCheck.gatherRows(x, rows, out);
    return gatherRows
        .x(x.address())
        .rows(rows.address())
        .out(out.address())
        .numTokens(x.shape().dim(0))
        .numRows(out.shape().dim(0))
        .columns(x.shape().dim(1))
        .type(x.dtype().code());
  }

  PutIdsParams putIds(TensorView ids, TensorView sources, TensorView places, TensorView out) {
    ShapeCheck.putIds(ids, sources, places, out);
    return putIds
        .ids(ids.address())
        .sources(sources == null ? 0 : sources.address())
        .places(places.address())
        .out(out.address())
        .numIds(ids.shape().dim(0))
        .count(places.shape().dim(0))
        .size(out.shape().elements());
  }

  /** Address of a weight that {@link ShapeCheck} found in one piece. */
  private static long address(Weight weight) {
    return weight.segments().get(0).address();
  }
}
