// The matrix products of attention for few rows, straight from a page: packing it would cost more
// than the products. The same operations in the same order as PackedPage's, so the same bits.
#ifndef FOVEA_CPU_ATTENTION_DIRECT_H_
#define FOVEA_CPU_ATTENTION_DIRECT_H_

#include "attention/panel.h"

namespace fovea::FOVEA_ISA {

// Serves tiles of up to kMaxRows rows a head; 0: the instruction set has no direct products.
template <class T>
struct DirectPage {
  static constexpr int64_t kMaxRows = 0;
};

#if defined(FOVEA_VEC_AVX512)
// The 64 rows of a page's keys or values, `stride` elements apart.
template <>
struct DirectPage<Bf16> {
  static constexpr int64_t kMaxRows = 12;

  const Bf16* first;
  int64_t stride, dim;

  // A page that is not full is copied, with zeros after its slots (see slot_row).
  FOVEA_INLINE DirectPage of(const PageSlots<Bf16>& slots, uint32_t* scratch) {
    if (slots.count == kPageSlots) {
      return {slots.first, slots.stride, slots.dim};
    }
    Bf16* copy = reinterpret_cast<Bf16*>(scratch);
    for (int64_t slot = 0; slot < kPageSlots; slot++) {
      memcpy(copy + slot * slots.dim, slot_row(slots, slot),
             static_cast<size_t>(slots.dim) * sizeof(Bf16));
    }
    return {copy, slots.dim, slots.dim};
  }

  template <int R>
  FOVEA_MEMBER void score(const uint32_t* q, int64_t q_stride, Vec scale, Ahead* ahead,
                          float (&scores)[R][kPageSlots]) const {
    // Enough sums at once to hide the latency of a step.
    constexpr int kBlocks = R <= 4 ? 4 : 2;
    for (int64_t slot = 0; slot < kPageSlots; slot += kBlocks * kLanes) {
      Vec sums[R][kBlocks] = {};
      for (int64_t pair = 0; pair < dim / 2; pair += 4) {
        // With what soften asks for, all of the values; a single row softens too little to ask.
        ahead->step((R == 1 ? 4 : 3) * kBlocks);
#pragma GCC unroll 4
        for (int b = 0; b < kBlocks; b++) {
          const Bf16* rows = first + (slot + b * kLanes) * stride + 2 * pair;
          Vec columns[4];
          load_columns([&](int i) { return four_pairs(rows + i * stride); }, columns);
#pragma GCC unroll 4
          for (int i = 0; i < 4; i++) {
#pragma GCC unroll 8
            for (int r = 0; r < R; r++) {
              sums[r][b] = pair_step(sums[r][b], q[r * q_stride + pair + i], columns[i]);
            }
          }
        }
      }
      for (int r = 0; r < R; r++) {
        for (int b = 0; b < kBlocks; b++) {
          store(scores[r] + slot + b * kLanes, sums[r][b] * scale);
        }
      }
    }
  }

  template <int R, int C>
  FOVEA_MEMBER void accumulate(const uint32_t* weights, int64_t d, Ahead* ahead,
                               Vec (&sums)[R][C]) const {
    static_assert(C % 2 == 0, "columns come in pairs of vectors");
    constexpr int64_t kPairs = kPageSlots / 2;
    for (int64_t pair = 0; pair < kPairs; pair++) {
      ahead->step(C);
      const Bf16* low = first + 2 * pair * stride + d;
#pragma GCC unroll 4
      for (int c = 0; c < C; c += 2) {
        const PairedRows columns =
            pair_rows(low + c * kLanes, low + stride + c * kLanes, dim - d - c * kLanes);
#pragma GCC unroll 8
        for (int r = 0; r < R; r++) {
          const uint32_t weight = weights[r * kPairs + pair];
          sums[r][c] = pair_step(sums[r][c], weight, columns.even);
          sums[r][c + 1] = pair_step(sums[r][c + 1], weight, columns.odd);
        }
      }
    }
  }
};
#endif

}  // namespace fovea::FOVEA_ISA

#endif  // FOVEA_CPU_ATTENTION_DIRECT_H_
