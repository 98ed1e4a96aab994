// Conversions between storage types and fp32 (round to nearest even), sums and scans of rows.
#include "vec/kernels.h"
#include "vec/vec.h"

namespace fovea::FOVEA_ISA {

void to_f32(int32_t type, const void* in, float* out, int64_t n) {
  with_storage(type, [&](auto* tag) {
    const auto* from = static_cast<decltype(tag)>(in);
    for (int64_t i = 0; i < n; i += kLanes) {
      store_some(out + i, load_some(from + i, n - i), n - i);
    }
  });
}

void from_f32(int32_t type, const float* in, void* out, int64_t n) {
  with_storage(type, [&](auto* tag) {
    using T = std::remove_const_t<std::remove_pointer_t<decltype(tag)>>;
    T* to = static_cast<T*>(out);
    for (int64_t i = 0; i < n; i += kLanes) {
      store_some(to + i, load_some(in + i, n - i), n - i);
    }
  });
}

void add(const float* in, float* inout, int64_t n) {
  for (int64_t i = 0; i < n; i += kLanes) {
    store_some(inout + i, load_some(inout + i, n - i) + load_some(in + i, n - i), n - i);
  }
}

RowScan scan_row(const float* row, int64_t n) {
  Vec largest = broadcast(kMinusInfinity);
  bool has_nan = false;
  bool has_finite = false;
  constexpr int64_t kBlock = 1024;
  for (int64_t begin = 0; begin < n; begin += kBlock) {
    const int64_t end = begin + kBlock < n ? begin + kBlock : n;
    Vec poison = zero();
    for (int64_t i = begin; i + kLanes <= end; i += kLanes) {
      const Vec x = load(row + i);
      largest = max(x, largest);
      poison = poison + x * zero();  // NaN unless x is finite
    }
    const bool all_finite = reduce_add(poison) == 0.0f;
    has_finite = has_finite || (all_finite && end - begin >= kLanes);
    // Rare blocks with NaN or infinity, and the rest of the last block, one by one.
    for (int64_t i = all_finite ? begin + (end - begin) / kLanes * kLanes : begin; i < end; i++) {
      const float x = row[i];
      has_nan = has_nan || x != x;
      has_finite = has_finite || x - x == 0.0f;
      largest = max(broadcast(x), largest);
    }
  }
  return {reduce_max(largest), has_nan, has_finite};
}

}  // namespace fovea::FOVEA_ISA
