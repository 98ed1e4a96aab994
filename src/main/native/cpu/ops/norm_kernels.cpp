// One row of residual add and normalisation; sums run over four fixed strands of lanes, so that a
// row's bits depend on the row alone.
#include "vec/kernels.h"
#include "vec/vec.h"

namespace fovea::FOVEA_ISA {
namespace {

constexpr int kStrands = 4;

// sum of value(i) over all vectors i of a row.
template <class Value>
FOVEA_INLINE float sum_row(int64_t n, const Value& value) {
  Vec sums[kStrands] = {zero(), zero(), zero(), zero()};
  int64_t i = 0;
  for (; i + kStrands * kLanes <= n; i += kStrands * kLanes) {
    for (int s = 0; s < kStrands; s++) {
      sums[s] = sums[s] + value(i + s * kLanes);
    }
  }
  for (int s = 0; i < n; i += kLanes, s++) {
    sums[s] = sums[s] + value(i);
  }
  return reduce_add((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

FOVEA_INLINE void add_delta(const NormRow& row) {
  if (row.delta != nullptr) {
    add(row.delta, row.residual, row.hidden);
  }
}

FOVEA_INLINE float inverse_root(float mean_square, float epsilon) {
  return 1.0f / __builtin_sqrtf(mean_square + epsilon);
}

}  // namespace

void rms_norm_row(const NormRow& row) {
  const int64_t n = row.hidden;
  add_delta(row);
  const float squares = sum_row(n, [&](int64_t i) {
    const Vec x = load_some(row.residual + i, n - i);
    return x * x;
  });
  const Vec factor = broadcast(inverse_root(squares / static_cast<float>(n), row.epsilon));
  for (int64_t i = 0; i < n; i += kLanes) {
    const Vec x = load_some(row.residual + i, n - i) * factor;
    store_some(row.out + i, x * load_some(row.gamma + i, n - i), n - i);
  }
}

void layer_norm_row(const NormRow& row) {
  const int64_t n = row.hidden;
  add_delta(row);
  const float total = sum_row(n, [&](int64_t i) { return load_some(row.residual + i, n - i); });
  const float mean = total / static_cast<float>(n);
  const float squares = sum_row(n, [&](int64_t i) {
    const Vec x = load_some(row.residual + i, n - i) - broadcast(mean);
    return keep_first(x * x, n - i);  // lanes past the row hold mean * mean
  });
  const Vec factor = broadcast(inverse_root(squares / static_cast<float>(n), row.epsilon));
  for (int64_t i = 0; i < n; i += kLanes) {
    const Vec x = (load_some(row.residual + i, n - i) - broadcast(mean)) * factor;
    const Vec scaled = x * load_some(row.gamma + i, n - i);
    const Vec shifted = row.beta != nullptr ? scaled + load_some(row.beta + i, n - i) : scaled;
    store_some(row.out + i, shifted, n - i);
  }
}

}  // namespace fovea::FOVEA_ISA
