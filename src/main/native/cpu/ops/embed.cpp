// out[n] = table[tokens[n]] (+ positionTable[positions[n]]), fp32.
#include "common/check.h"
#include "common/shapes.h"
#include "common/stream.h"

namespace {

void check(const FoveaStream* stream, const FoveaEmbed* p) {
  fovea::check_call(stream, p);
  fovea::check_shapes(*p);
  fovea::check_ids("tokens", p->tokens, p->numTokens, p->vocabulary);
  if (p->positionTable != 0) {
    fovea::check_ids("positions", p->positions, p->numTokens, p->maxPositions);
  }
}

void embed_row(const FoveaStream& stream, const FoveaEmbed& p, int64_t n, float* scratch) {
  const int64_t row_bytes = p.hidden * fovea::type_bytes("tableType", p.tableType);
  const int32_t token = fovea::pointer<const int32_t>(p.tokens)[n];
  float* out = fovea::pointer<float>(p.out) + n * p.hidden;
  stream.kernels.to_f32(p.tableType, fovea::pointer<const char>(p.table) + token * row_bytes, out,
                        p.hidden);
  if (p.positionTable != 0) {
    const int32_t position = fovea::pointer<const int32_t>(p.positions)[n];
    const char* row = fovea::pointer<const char>(p.positionTable) + position * row_bytes;
    stream.kernels.to_f32(p.tableType, row, scratch, p.hidden);
    stream.kernels.add(scratch, out, p.hidden);
  }
}

}  // namespace

int32_t embed(FoveaStream* stream, const FoveaEmbed* p) {
  return fovea::guarded([&] {
    check(stream, p);
    if (p->hidden == 0) {
      return;
    }
    const int64_t row_bytes = p->hidden * static_cast<int64_t>(sizeof(float));
    fovea::reserve_worker_scratch(stream, row_bytes);
    fovea::run_rows(stream, p->numTokens, 32768 / row_bytes,
                    [&](int64_t begin, int64_t end, int worker) {
                      auto& scratch = stream->worker_scratch[static_cast<size_t>(worker)];
                      for (int64_t n = begin; n < end; n++) {
                        embed_row(*stream, *p, n, reinterpret_cast<float*>(scratch.at_least(0)));
                      }
                    });
  });
}
