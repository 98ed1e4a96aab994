// The matrix products of attention: C[R, columns] += A[R, steps] B[steps, columns], A's elements
// broadcast, lanes along the columns, steps in rising order. Which rows and columns share a
// register tile changes no element's operations.
//
// Elements are floats, or pairs of bf16 in one 32-bit word where the instruction set multiplies
// pairs (fp32 sums). Keys are packed as B = K^T [D / pair, 64], values as B = V [64 / pair, D].
#ifndef FOVEA_CPU_ATTENTION_PANEL_H_
#define FOVEA_CPU_ATTENTION_PANEL_H_

#include "common/kernel_table.h"
#include "vec/vec.h"

namespace fovea::FOVEA_ISA {

// Rows of a register tile, and vectors of its columns.
constexpr int kTileR = kLanes == 16 ? 6 : kLanes == 8 ? 4 : 2;
constexpr int kTileC = kLanes == 16 ? 4 : 2;

template <class T>
struct PanelOf {
  using Element = float;
  static constexpr int kPair = 1;
};

FOVEA_INLINE Vec multiply_step(Vec sum, float a, const float* b) {
  return fma(broadcast(a), load(b), sum);
}

#if defined(FOVEA_VEC_AVX512)
template <>
struct PanelOf<Bf16> {
  using Element = uint32_t;
  static constexpr int kPair = 2;
};

FOVEA_INLINE Vec multiply_step(Vec sum, uint32_t a, const uint32_t* b) {
  return pair_step(sum, a, load(reinterpret_cast<const float*>(b)));
}
#endif

// Asks for a page's values while its keys are in use, and for the next keys while its values are: a
// decode has few rows and waits for memory otherwise. The nearest cache is asked, because a miss
// there waits behind what is being fetched.
class Ahead {
 public:
  FOVEA_MEMBER void start(const void* first, int64_t bytes) {
    next_ = static_cast<const char*>(first);
    left_ = bytes;
  }

  // The next `lines` cache lines.
  FOVEA_MEMBER void step(int lines) {
    for (int i = 0; i < lines && left_ > 0; i++) {
      __builtin_prefetch(next_);
      next_ += kLineBytes;
      left_ -= kLineBytes;
    }
  }

 private:
  static constexpr int64_t kLineBytes = 64;
  const char* next_ = nullptr;
  int64_t left_ = 0;
};

constexpr int kLinesAStep = 5;

// Packed keys ([steps, 64], steps D / pair) or values ([steps, padded D], steps 64 / pair).
template <class E>
struct PackedPage {
  const E* packed;
  int64_t steps, padded;

  // scores[r, slot] = scale q[r] keys[slot] for R rows of q, q_stride elements apart.
  template <int R>
  FOVEA_MEMBER void score(const E* q, int64_t q_stride, Vec scale, Ahead* ahead,
                          float (&scores)[R][kPageSlots]) const {
    for (int64_t slot = 0; slot < kPageSlots; slot += kTileC * kLanes) {
      Vec sums[R][kTileC] = {};
      multiply<R, kTileC>(q, q_stride, packed + slot, kPageSlots, ahead, sums);
      for (int r = 0; r < R; r++) {
        for (int c = 0; c < kTileC; c++) {
          store(scores[r] + slot + c * kLanes, sums[r][c] * scale);
        }
      }
    }
  }

  // sums[r] += weights[r] values, C vectors of columns from d on.
  template <int R, int C>
  FOVEA_MEMBER void accumulate(const E* weights, int64_t d, Ahead* ahead, Vec (&sums)[R][C]) const {
    multiply<R, C>(weights, steps, packed + d, padded, ahead, sums);
  }

 private:
  template <int R, int C>
  FOVEA_MEMBER void multiply(const E* a, int64_t a_stride, const E* b, int64_t b_stride,
                             Ahead* ahead, Vec (&sums)[R][C]) const {
    constexpr int64_t kStepsBetween = 8;
    for (int64_t begin = 0; begin < steps; begin += kStepsBetween) {
      ahead->step(kLinesAStep);
      const int64_t end = begin + kStepsBetween < steps ? begin + kStepsBetween : steps;
      for (int64_t k = begin; k < end; k++, b += b_stride) {
#pragma GCC unroll 8
        for (int r = 0; r < R; r++) {
#pragma GCC unroll 8
          for (int c = 0; c < C; c++) {
            sums[r][c] = multiply_step(sums[r][c], a[r * a_stride + k], b + c * kLanes);
          }
        }
      }
    }
  }
};

// The slots of one page and KV head: `count` of them in use.
template <class T>
struct PageSlots {
  const T* first;
  int64_t stride, count, dim;
};

// A row of zeros stands for slots past the sequence, which are never read: whatever they hold (NaN,
// say) must not be multiplied, not even by a weight of 0.
template <class T>
FOVEA_INLINE const T* slot_row(const PageSlots<T>& slots, int64_t slot) {
  static constexpr T kZeros[kMaxHeadDim] = {};
  return slot < slots.count ? slots.first + slot * slots.stride : kZeros;
}

// Keys as [D / pair, 64].
template <class T>
FOVEA_INLINE void pack_keys(const PageSlots<T>& slots, Ahead* ahead, float* out) {
  for (int64_t slot = 0; slot < kPageSlots; slot += kLanes) {
    for (int64_t d = 0; d < slots.dim; d += kLanes) {
      ahead->step(kLinesAStep);
      Vec rows[kLanes];
      for (int i = 0; i < kLanes; i++) {
        rows[i] = load_some(slot_row(slots, slot + i) + d, slots.dim - d);
      }
      transpose(rows);
      const int64_t count = slots.dim - d < kLanes ? slots.dim - d : kLanes;
      for (int64_t i = 0; i < count; i++) {
        store(out + (d + i) * kPageSlots + slot, rows[i]);
      }
    }
  }
}

// Values as [64 / pair, padded D]; the padding as zeros.
template <class T>
FOVEA_INLINE void pack_values(const PageSlots<T>& slots, int64_t padded, Ahead* ahead, float* out) {
  for (int64_t slot = 0; slot < kPageSlots; slot++, out += padded) {
    const T* row = slot_row(slots, slot);
    if (slot % 8 == 0) {
      ahead->step(kLinesAStep);
    }
    for (int64_t d = 0; d < slots.dim; d += kLanes) {
      store(out + d, load_some(row + d, slots.dim - d));
    }
  }
}

template <class T>
FOVEA_INLINE void write_row(const float* o, Vec factor, T* out, int64_t dim) {
  for (int64_t d = 0; d < dim; d += kLanes) {
    store_some(out + d, load(o + d) * factor, dim - d);
  }
}

#if defined(FOVEA_VEC_AVX512)
// D is a multiple of 8, so its pairs come in fours.
FOVEA_INLINE void pack_keys(const PageSlots<Bf16>& slots, Ahead* ahead, uint32_t* out) {
  for (int64_t slot = 0; slot < kPageSlots; slot += kLanes) {
    const float* rows[kLanes];
    for (int i = 0; i < kLanes; i++) {
      rows[i] = reinterpret_cast<const float*>(slot_row(slots, slot + i));
    }
    for (int64_t pair = 0; pair < slots.dim / 2; pair += 4) {
      if (pair % 16 == 0) {
        ahead->step(kLinesAStep);
      }
      Vec columns[4];
      load_columns([&](int i) { return _mm_loadu_ps(rows[i] + pair); }, columns);
      for (int i = 0; i < 4; i++) {
        store(reinterpret_cast<float*>(out + (pair + i) * kPageSlots + slot), columns[i]);
      }
    }
  }
}

// Columns in the order of pair_rows; write_row puts them right.
FOVEA_INLINE void pack_values(const PageSlots<Bf16>& slots, int64_t padded, Ahead* ahead,
                              uint32_t* out) {
  for (int64_t slot = 0; slot < kPageSlots; slot += 2, out += padded) {
    const Bf16* low = slot_row(slots, slot);
    const Bf16* high = slot_row(slots, slot + 1);
    if (slot % 8 == 0) {
      ahead->step(kLinesAStep);
    }
    for (int64_t d = 0; d < slots.dim; d += 2 * kLanes) {
      const PairedRows pairs = pair_rows(low + d, high + d, slots.dim - d);
      store(reinterpret_cast<float*>(out + d), pairs.even);
      store(reinterpret_cast<float*>(out + d) + kLanes, pairs.odd);
    }
  }
}

FOVEA_INLINE void write_row(const float* o, Vec factor, Bf16* out, int64_t dim) {
  for (int64_t d = 0; d < dim; d += 2 * kLanes) {
    store_unpaired(out + d, load(o + d) * factor, load(o + d + kLanes) * factor, dim - d);
  }
}
#endif

}  // namespace fovea::FOVEA_ISA

#endif  // FOVEA_CPU_ATTENTION_PANEL_H_
