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
    const int64_t element_bytes = fovea::type_bytes("outType", p->outType);
    const int64_t pieces = (p->features + kPiece - 1) / kPiece;
    fovea::run_rows(stream, p->numTokens * pieces, 4, [&](int64_t begin, int64_t end, int) {
      float values[kPiece];
      for (int64_t i = begin; i < end; i++) {
        const int64_t n = i / pieces;
        const int64_t column = i % pieces * kPiece;
        const int64_t count = std::min(kPiece, p->features - column);
        const float* gate =
            fovea::pointer<const float>(p->x) + n * (1 + p->gated) * p->features + column;
        const float* up = p->gated != 0 ? gate + p->features : nullptr;
        stream->kernels.activate(p->kind, gate, up, values, count);
        stream->kernels.from_f32(
            p->outType, values,
            fovea::pointer<char>(p->out) + (n * p->features + column) * element_bytes, count);
      }
    });
  });
}
