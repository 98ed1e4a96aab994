// Splits packed q, k, v; normalises and rotates heads; writes q out and k, v into their pages.
#include <cinttypes>

#include "common/check.h"
#include "common/shapes.h"
#include "common/stream.h"

namespace {

using fovea::kMaxHeadDim;
using fovea::kPageSlots;

constexpr int64_t kNoSlot = -1;

void check(const FoveaStream* stream, const FoveaRopeAppend* p) {
  fovea::check_call(stream, p);
  fovea::check_shapes(*p);
  if (p->rotary != 0) {
    fovea::check_ids("positions", p->positions, p->numTokens, p->maxPositions);
  }
  const int64_t* slots = fovea::pointer<const int64_t>(p->slots);
  for (int64_t n = 0; n < p->numTokens; n++) {
    fovea::check_range("slots", slots[n], kNoSlot, p->numPages * kPageSlots - 1);
  }
}

struct HeadNorms {
  const float* q;  // null: none
  const float* k;
};

class TokenRow {
 public:
  TokenRow(const FoveaStream& stream, const FoveaRopeAppend& p, const HeadNorms& norms, int64_t n)
      : kernels_(stream.kernels), p_(p), norms_(norms), n_(n) {
    in_ = fovea::pointer<const float>(p.qkv) + n * (p.queryHeads + 2 * p.kvHeads) * p.headDim;
    if (p.rotary != 0) {
      const int32_t position = fovea::pointer<const int32_t>(p.positions)[n];
      rotary_ = fovea::pointer<const float>(p.rotary) + position * p.rotaryDim;
    }
    head_bytes_ = p.headDim * fovea::type_bytes("type", p.type);
  }

  void run() const {
    for (int64_t h = 0; h < p_.queryHeads; h++) {
      char* q = fovea::pointer<char>(p_.q) + (n_ * p_.queryHeads + h) * head_bytes_;
      put(h, norms_.q, rotary_, q);
    }
    const int64_t slot = fovea::pointer<const int64_t>(p_.slots)[n_];
    for (int64_t h = 0; h < p_.kvHeads && slot != kNoSlot; h++) {
      const int64_t row = (slot / kPageSlots * p_.kvHeads + h) * kPageSlots + slot % kPageSlots;
      put(p_.queryHeads + h, norms_.k, rotary_,
          fovea::pointer<char>(p_.kPages) + row * head_bytes_);
      kernels_.from_f32(p_.type, in_ + (p_.queryHeads + p_.kvHeads + h) * p_.headDim,
                        fovea::pointer<char>(p_.vPages) + row * head_bytes_, p_.headDim);
    }
  }

 private:
  void put(int64_t head, const float* gamma, const float* rotary, char* out) const {
    float rotated[kMaxHeadDim];
    kernels_.rope_head(
        {in_ + head * p_.headDim, gamma, rotary, rotated, p_.headDim, p_.rotaryDim, p_.epsilon});
    kernels_.from_f32(p_.type, rotated, out, p_.headDim);
  }

  const fovea::KernelTable& kernels_;
  const FoveaRopeAppend& p_;
  const HeadNorms& norms_;
  int64_t n_;
  const float* in_;
  const float* rotary_ = nullptr;
  int64_t head_bytes_;
};

}  // namespace

int32_t ropeAppend(FoveaStream* stream, const FoveaRopeAppend* p) {
  return fovea::guarded([&] {
    check(stream, p);
    float gammas[2][kMaxHeadDim];
    const uint64_t sources[2] = {p->qGamma, p->kGamma};
    for (int i = 0; i < 2; i++) {
      if (sources[i] != 0) {
        stream->kernels.to_f32(p->weightType, fovea::pointer<const void>(sources[i]), gammas[i],
                               p->headDim);
      }
    }
    const HeadNorms norms{p->qGamma != 0 ? gammas[0] : nullptr,
                          p->kGamma != 0 ? gammas[1] : nullptr};
    const int64_t columns = (p->queryHeads + 2 * p->kvHeads) * p->headDim;
    fovea::run_rows(stream, p->numTokens, 16384 / (columns + 1),
                    [&](int64_t begin, int64_t end, int) {
                      for (int64_t n = begin; n < end; n++) {
                        TokenRow(*stream, *p, norms, n).run();
                      }
                    });
  });
}
