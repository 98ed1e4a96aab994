// out = act(x[:, :F]) * x[:, F:], or act(x): rows over threads, in pieces that stay in L1.
#include <algorithm>

#include "common/check.h"
#include "common/shapes.h"
#include "common/stream.h"

namespace {

constexpr int64_t kPiece = 1024;

}  // namespace

int32_t activation(FoveaStream* stream, const FoveaActivation* p) {
  return fovea::guarded([&] {
    fovea::check_call(stream, p);
    fovea::check_shapes(*p);
    const int64_t in_bytes = fovea::type_bytes("xType", p->xType);
    const int64_t out_bytes = fovea::type_bytes("outType", p->outType);
    const int64_t pieces = (p->features + kPiece - 1) / kPiece;
    fovea::run_rows(stream, p->numTokens * pieces, 4, [&](int64_t begin, int64_t end, int) {
      float gate[kPiece], up[kPiece];
      for (int64_t i = begin; i < end; i++) {
        const int64_t n = i / pieces;
        const int64_t column = i % pieces * kPiece;
        const int64_t count = std::min(kPiece, p->features - column);
        const char* x = fovea::pointer<const char>(p->x) +
                        (n * (1 + p->gated) * p->features + column) * in_bytes;
        stream->kernels.to_f32(p->xType, x, gate, count);
        if (p->gated != 0) {
          stream->kernels.to_f32(p->xType, x + p->features * in_bytes, up, count);
        }
        stream->kernels.activate(p->kind, gate, p->gated != 0 ? up : nullptr, gate, count);
        stream->kernels.from_f32(
            p->outType, gate, fovea::pointer<char>(p->out) + (n * p->features + column) * out_bytes,
            count);
      }
    });
  });
}
