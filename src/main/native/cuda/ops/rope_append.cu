// Splits packed q, k, v; normalises and rotates heads; writes q out and k, v into their pages. A
// warp owns one head of one token; lane t holds the pairs i = t, t + 32, ... of D/2. The first R/2
// are those that turn, (i, i + R/2); the D - R elements behind them go in pairs as well.
#include "common/device.h"
#include "common/storage.cuh"

namespace {

constexpr int kWarps = 8;
constexpr int kMaxPairs = fovea::kMaxHeadDim / 2 / 32;  // a lane

struct Pair {
  bool turns;
  int low, high;  // elements of the head
};

__device__ Pair pair_of(const FoveaRopeAppend& p, int i) {
  const int turning = static_cast<int>(p.rotaryDim / 2);
  const bool turns = i < turning;
  return {turns, turns ? i : turning + i, i + (turns ? turning : static_cast<int>(p.headDim / 2))};
}

struct Head {
  const float* in;
  const void* gamma;    // null: no norm
  const float* rotary;  // null: no rotation
};

__device__ float norm_factor(const FoveaRopeAppend& p, const float (&low)[kMaxPairs],
                             const float (&high)[kMaxPairs]) {
  float squares = 0;
  for (int j = 0; j < kMaxPairs; j++) {
    squares += low[j] * low[j] + high[j] * high[j];
  }
  return 1 / sqrtf(fovea::warp_sum(squares) / static_cast<float>(p.headDim) + p.epsilon);
}

template <class W, class T>
__device__ void put_head(const FoveaRopeAppend& p, const Head& head, T* out) {
  const int lane = threadIdx.x % 32;
  const int half = static_cast<int>(p.headDim / 2);
  float low[kMaxPairs];
  float high[kMaxPairs];
#pragma unroll
  for (int j = 0; j < kMaxPairs; j++) {
    const int i = lane + 32 * j;
    const Pair pair = pair_of(p, i);
    low[j] = i < half ? head.in[pair.low] : 0;
    high[j] = i < half ? head.in[pair.high] : 0;
  }
  const W* gamma = static_cast<const W*>(head.gamma);
  const float factor = gamma != nullptr ? norm_factor(p, low, high) : 1;
#pragma unroll
  for (int j = 0; j < kMaxPairs; j++) {
    const int i = lane + 32 * j;
    if (i >= half) {
      break;
    }
    const Pair pair = pair_of(p, i);
    float a = low[j];
    float b = high[j];
    if (gamma != nullptr) {
      a *= factor * fovea::to_f32(gamma[pair.low]);
      b *= factor * fovea::to_f32(gamma[pair.high]);
    }
    const bool turns = pair.turns && head.rotary != nullptr;
    const float cosine = turns ? head.rotary[pair.low] : 1;
    const float sine = turns ? head.rotary[pair.high] : 0;
    out[pair.low] = fovea::from_f32<T>(a * cosine - b * sine);
    out[pair.high] = fovea::from_f32<T>(b * cosine + a * sine);
  }
}

template <class W, class T>
__global__ void __launch_bounds__(kWarps * 32) rope_append_kernel(FoveaRopeAppend p) {
  const int64_t heads = p.queryHeads + 2 * p.kvHeads;
  const int64_t warp = int64_t{blockIdx.x} * kWarps + threadIdx.x / 32;
  if (warp >= p.numTokens * heads) {
    return;
  }
  const int64_t n = warp / heads;
  const int64_t h = warp % heads;
  Head head{reinterpret_cast<const float*>(p.qkv) + warp * p.headDim, nullptr, nullptr};
  const bool is_value = h >= p.queryHeads + p.kvHeads;
  if (p.rotary != 0 && !is_value) {
    const int32_t position = reinterpret_cast<const int32_t*>(p.positions)[n];
    if (position < 0 || position >= p.maxPositions) {
      return;
    }
    head.rotary = reinterpret_cast<const float*>(p.rotary) + position * p.rotaryDim;
  }
  if (h < p.queryHeads) {
    head.gamma = reinterpret_cast<const void*>(p.qGamma);
    put_head<W, T>(p, head, reinterpret_cast<T*>(p.q) + (n * p.queryHeads + h) * p.headDim);
    return;
  }
  const int64_t slot = reinterpret_cast<const int64_t*>(p.slots)[n];
  if (slot < 0 || slot >= p.numPages * FOVEA_PAGE_SLOTS) {
    return;
  }
  const int64_t kv_head = h - p.queryHeads - (is_value ? p.kvHeads : 0);
  const int64_t row =
      (slot / FOVEA_PAGE_SLOTS * p.kvHeads + kv_head) * FOVEA_PAGE_SLOTS + slot % FOVEA_PAGE_SLOTS;
  head.gamma = reinterpret_cast<const void*>(is_value ? 0 : p.kGamma);
  put_head<W, T>(p, head, reinterpret_cast<T*>(is_value ? p.vPages : p.kPages) + row * p.headDim);
}

}  // namespace

int32_t ropeAppend(FoveaStream* stream, const FoveaRopeAppend* p) {
  return fovea::on_device(stream, p, [&] {
    fovea::check_shapes(*p);
    const int64_t warps = p->numTokens * (p->queryHeads + 2 * p->kvHeads);
    if (warps == 0) {
      return;
    }
    const bool has_norm = p->qGamma != 0 || p->kGamma != 0;
    fovea::with_storage(has_norm ? p->weightType : FOVEA_F32, [&](auto* weight) {
      fovea::with_storage(p->type, [&](auto* type) {
        rope_append_kernel<fovea::Pointee<decltype(weight)>, fovea::Pointee<decltype(type)>>
            <<<fovea::blocks_for(warps, kWarps), kWarps * 32, 0, stream->handle>>>(*p);
      });
    });
    fovea::check_launch("rope_append_kernel");
  });
}
