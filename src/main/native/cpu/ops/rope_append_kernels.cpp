// One head: RMS norm over D where gamma is given, then the rotation of pairs (i, i + R/2).
#include "vec/kernels.h"
#include "vec/vec.h"

namespace fovea::FOVEA_ISA {

void rope_head(const RopeHead& head) {
  const int64_t n = head.dim;
  const float* in = head.in;
  float normalised[kMaxHeadDim];
  if (head.gamma != nullptr) {
    Vec squares = zero();
    for (int64_t i = 0; i < n; i += kLanes) {
      const Vec x = load_some(in + i, n - i);
      squares = squares + x * x;
    }
    const float mean = reduce_add(squares) / static_cast<float>(n);
    const Vec factor = broadcast(1.0f / __builtin_sqrtf(mean + head.epsilon));
    for (int64_t i = 0; i < n; i += kLanes) {
      const Vec x = load_some(in + i, n - i) * factor;
      store_some(normalised + i, x * load_some(head.gamma + i, n - i), n - i);
    }
    in = normalised;
  }
  if (head.rotary == nullptr) {
    memcpy(head.out, in, static_cast<size_t>(n) * sizeof(float));
    return;
  }
  const int64_t half = head.rotary_dim / 2;
  for (int64_t i = 0; i < half; i += kLanes) {
    const Vec low = load_some(in + i, half - i);
    const Vec high = load_some(in + half + i, half - i);
    const Vec cosine = load_some(head.rotary + i, half - i);
    const Vec sine = load_some(head.rotary + half + i, half - i);
    store_some(head.out + i, low * cosine - high * sine, half - i);
    store_some(head.out + half + i, high * cosine + low * sine, half - i);
  }
  for (int64_t i = head.rotary_dim; i < n; i += kLanes) {
    store_some(head.out + i, load_some(in + i, n - i), n - i);
  }
}

}  // namespace fovea::FOVEA_ISA
