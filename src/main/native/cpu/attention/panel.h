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
  return pair_step(sum, a, b);
}
#endif

template <class E>
struct Panel {
  const E* a;
  int64_t a_stride;
  const E* b;
  int64_t b_stride;
  int64_t steps;
};

template <int R, int C, class E>
FOVEA_INLINE void multiply(const Panel<E>& panel, Vec (&sums)[R][C]) {
  const E* b = panel.b;
  for (int64_t k = 0; k < panel.steps; k++, b += panel.b_stride) {
#pragma GCC unroll 8
    for (int r = 0; r < R; r++) {
#pragma GCC unroll 8
      for (int c = 0; c < C; c++) {
        sums[r][c] = multiply_step(sums[r][c], panel.a[r * panel.a_stride + k], b + c * kLanes);
      }
    }
  }
}

// 64 slots of keys, of which `count` are used, as [D / pair, 64]; unused ones as zeros.
template <class T>
void pack_keys(const T* k, int64_t slot_stride, int64_t count, int64_t dim,
               typename PanelOf<T>::Element* out) {
  using Element = typename PanelOf<T>::Element;
  constexpr int kPair = PanelOf<T>::kPair;
  for (int64_t slot = 0; slot < kPageSlots; slot++) {
    const T* row = k + slot * slot_stride;
    for (int64_t d = 0; d < dim; d += kPair) {
      Element element{};
      if (slot < count) {
        if constexpr (kPair == 1) {
          float lanes[kLanes];
          store(lanes, load_some(row + d, 1));
          element = lanes[0];
        } else {
          memcpy(&element, row + d, sizeof element);
        }
      }
      out[d / kPair * kPageSlots + slot] = element;
    }
  }
}

// 64 slots of values as [64 / pair, padded D]; unused slots and padding as zeros, so that whatever
// a page holds past its sequence (NaN, say) is never multiplied.
template <class T>
void pack_values(const T* v, int64_t slot_stride, int64_t count, int64_t dim, int64_t padded,
                 typename PanelOf<T>::Element* out) {
  constexpr int kPair = PanelOf<T>::kPair;
  memset(out, 0, static_cast<size_t>(kPageSlots / kPair * padded) * sizeof *out);
  for (int64_t slot = 0; slot < count; slot++) {
    const T* row = v + slot * slot_stride;
    if constexpr (kPair == 1) {
      for (int64_t d = 0; d < dim; d += kLanes) {
        store_some(out + slot * padded + d, load_some(row + d, dim - d), dim - d);
      }
    } else {
      T* to = reinterpret_cast<T*>(out + slot / kPair * padded) + slot % kPair;
      for (int64_t d = 0; d < dim; d++) {
        to[d * kPair] = row[d];
      }
    }
  }
}

}  // namespace fovea::FOVEA_ISA

#endif  // FOVEA_CPU_ATTENTION_PANEL_H_
