#include "common/shapes.h"

#include <cinttypes>
#include <cmath>

#include "common/check.h"

namespace fovea {

void check_call(const FoveaStream* stream, const void* params) {
  if (stream == nullptr || params == nullptr) {
    fail(FOVEA_INVALID_ARGUMENT, "%s: expected an address, got null",
         stream == nullptr ? "stream" : "params");
  }
}

void check_shapes(const FoveaEmbed& p) {
  check_floating("tableType", p.tableType);
  check_tensor("tokens", p.tokens, {p.numTokens});
  check_tensor("table", p.table, {p.vocabulary, p.hidden});
  check_tensor("out", p.out, {p.numTokens, p.hidden});
  if (p.positionTable != 0) {
    check_tensor("positions", p.positions, {p.numTokens});
    check_tensor("positionTable", p.positionTable, {p.maxPositions, p.hidden});
  }
}

void check_shapes(const FoveaNorm& p) {
  check_floating("weightType", p.weightType);
  check_floating("outType", p.outType);
  check_tensor("residual", p.residual, {p.numTokens, p.hidden});
  check_optional("delta", p.delta, {p.numTokens, p.hidden});
  check_tensor("gamma", p.gamma, {p.hidden});
  check_optional("beta", p.beta, {p.hidden});
  check_tensor("out", p.out, {p.numTokens, p.hidden});
}

void check_shapes(const FoveaRopeAppend& p) {
  check_floating("type", p.type);
  check_floating("weightType", p.weightType);
  check_range("headDim", p.headDim, 2, kMaxHeadDim);
  if (p.headDim % 2 != 0) {
    fail(FOVEA_INVALID_ARGUMENT, "headDim: expected an even number, got %" PRId64, p.headDim);
  }
  check_range("queryHeads", p.queryHeads, 0, kMaxElements);
  check_range("kvHeads", p.kvHeads, 0, kMaxElements);
  check_tensor("qkv", p.qkv, {p.numTokens, p.queryHeads + 2 * p.kvHeads, p.headDim});
  check_tensor("q", p.q, {p.numTokens, p.queryHeads, p.headDim});
  check_tensor("kPages", p.kPages, {p.numPages, p.kvHeads, FOVEA_PAGE_SLOTS, p.headDim});
  check_tensor("vPages", p.vPages, {p.numPages, p.kvHeads, FOVEA_PAGE_SLOTS, p.headDim});
  check_tensor("slots", p.slots, {p.numTokens});
  const bool rotates = p.rotary != 0;
  check_range("rotaryDim", p.rotaryDim, rotates ? 2 : 0, rotates ? p.headDim : 0);
  if (p.rotaryDim % 2 != 0) {
    fail(FOVEA_INVALID_ARGUMENT, "rotaryDim: expected an even number, got %" PRId64, p.rotaryDim);
  }
  if (rotates) {
    check_tensor("rotary", p.rotary, {p.maxPositions, p.rotaryDim});
    check_tensor("positions", p.positions, {p.numTokens});
  }
}

void check_shapes(const FoveaAttention& p) {
  if (p.softCap != 0 || p.alibiSlopes != 0 || p.sinks != 0 || p.kScale != 0 || p.vScale != 0) {
    fail(FOVEA_UNSUPPORTED,
         "attention: expected no soft cap, ALiBi slopes, sinks or page scales, got some");
  }
  check_floating("type", p.type);
  check_type("kvType", p.kvType, p.type, p.type);
  check_range("headDim", p.headDim, 8, kMaxHeadDim);
  check_range("kvHeads", p.kvHeads, 1, kMaxElements);
  check_range("queryHeads", p.queryHeads, 1, kMaxElements);
  if (p.headDim % 8 != 0 || p.queryHeads % p.kvHeads != 0) {
    fail(FOVEA_INVALID_ARGUMENT,
         "heads: expected D a multiple of 8 and Hq of Hkv, got D=%" PRId64 ", Hq=%" PRId64
         ", Hkv=%" PRId64,
         p.headDim, p.queryHeads, p.kvHeads);
  }
  if (!std::isfinite(p.scale)) {
    fail(FOVEA_INVALID_ARGUMENT, "scale: expected a finite number, got %g",
         static_cast<double>(p.scale));
  }
  check_range("mask", p.mask, FOVEA_CAUSAL, FOVEA_FULL);
  check_range("window", p.window, 0, INT32_MAX);
  if (p.mask == FOVEA_FULL && p.window != 0) {
    fail(FOVEA_INVALID_ARGUMENT, "window: expected 0 where the mask is full, got %" PRId32,
         p.window);
  }
  check_tensor("q", p.q, {p.numTokens, p.queryHeads, p.headDim});
  check_tensor("out", p.out, {p.numTokens, p.queryHeads, p.headDim});
  check_tensor("queryStart", p.queryStart, {p.numSequences + 1});
  check_tensor("contextLength", p.contextLength, {p.numSequences});
  check_tensor("tableRow", p.tableRow, {p.numSequences});
  check_tensor("pageTable", p.pageTable, {p.numTableRows, p.maxPages});
  const int64_t strides[] = {p.kPageStride, p.kHeadStride, p.kSlotStride,
                             p.vPageStride, p.vHeadStride, p.vSlotStride};
  for (int64_t stride : strides) {
    check_range("page strides", stride, 0, kMaxElements);
  }
  check_tensor("k", p.k, {p.numPages, p.kPageStride});
  check_tensor("v", p.v, {p.numPages, p.vPageStride});
}

void check_shapes(const FoveaActivation& p) {
  check_floating("outType", p.outType);
  check_type("xType", p.xType, FOVEA_F32, p.outType);
  check_range("kind", p.kind, FOVEA_SILU, FOVEA_RELU);
  check_range("gated", p.gated, 0, 1);
  check_tensor("x", p.x, {p.numTokens, 1 + p.gated, p.features});
  check_tensor("out", p.out, {p.numTokens, p.features});
}

void check_shapes(const FoveaGatherRows& p) {
  type_bytes("type", p.type);
  check_tensor("x", p.x, {p.numTokens, p.columns});
  check_tensor("rows", p.rows, {p.numRows});
  check_tensor("out", p.out, {p.numRows, p.columns});
}

void check_shapes(const FoveaPutIds& p) {
  check_tensor("ids", p.ids, {p.numIds});
  check_optional("sources", p.sources, {p.count});
  check_tensor("places", p.places, {p.count});
  check_tensor("out", p.out, {p.size});
  if (p.sources == 0) {
    check_range("numIds without sources", p.numIds, p.count, p.count);
  }
}

void check_shapes(const FoveaSample& p) {
  check_range("vocabulary", p.vocabulary, 1, INT32_MAX);
  check_tensor("logits", p.logits, {p.numRows, p.vocabulary});
  const struct {
    const char* name;
    uint64_t address;
  } arrays[] = {{"tokens", p.tokens},     {"temperature", p.temperature},
                {"topP", p.topP},         {"minP", p.minP},
                {"topK", p.topK},         {"repetition", p.repetition},
                {"presence", p.presence}, {"frequency", p.frequency},
                {"seed", p.seed},         {"outputPosition", p.outputPosition},
                {"choice", p.choice}};
  for (const auto& array : arrays) {
    check_tensor(array.name, array.address, {p.numRows});
  }
  check_tensor("banStart", p.banStart, {p.numRows + 1});
  check_tensor("penaltyStart", p.penaltyStart, {p.numRows + 1});
}

void check_outputs(const FoveaLinear& p) {
  check_floating("type", p.type);
  check_type("outType", p.outType, FOVEA_F32, p.type);
  if (p.bias != 0) {
    check_type("biasType", p.biasType, FOVEA_F32, p.type);
  }
  check_optional("bias", p.bias, {p.outputs});
  check_tensor("out", p.out, {p.numTokens, p.outStride});
  check_range("outColumn", p.outColumn, 0, p.outStride);
  check_range("outputs", p.outputs, 0, p.outStride - p.outColumn);
}

void check_shapes(const FoveaLinear& p) {
  check_outputs(p);
  check_range("inputs", p.inputs, 1, kMaxElements);
  check_tensor("x", p.x, {p.numTokens, p.inputs});
  check_tensor("weight", p.weight, {p.outputs, p.inputs});
}

}  // namespace fovea
