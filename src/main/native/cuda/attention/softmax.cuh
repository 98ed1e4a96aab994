// The online softmax of FlashAttention-2 (Dao 2023, section 3.1): a running maximum and sum a row,
// the output unnormalised until the end, exponentials to base 2 with the scale folded in.
#ifndef FOVEA_CUDA_ATTENTION_SOFTMAX_CUH_
#define FOVEA_CUDA_ATTENTION_SOFTMAX_CUH_

#include <cmath>

#include "attention/matrix.cuh"

namespace fovea {

// Slots [low, high) that a row sees.
struct Visible {
  int low, high;
};

// The last slot that a row sees: its own, or under a full mask the last of its sequence's
// `context`.
__device__ inline int last_seen(bool is_full, int position, int context) {
  return is_full ? context - 1 : position;
}

__device__ inline Visible visible_at(int last, int window) {
  return {window > 0 ? max(last - window + 1, 0) : 0, last + 1};
}

// State of the two rows (g and g + 8) of a 16-row tile that a lane shares with its quad.
struct RowPair {
  static constexpr float kSlack = 8;  // a power of two

  float largest[2] = {-INFINITY, -INFINITY};
  float sum[2] = {0, 0};  // of this lane's columns until `finish`

  // Masks a lane's scores of kTiles neighbouring 8-column tiles that begin at `slot`.
  template <int kTiles>
  static __device__ void mask(float (&scores)[kTiles][4], int slot, const Visible (&rows)[2]) {
    const int first = slot + threadIdx.x % 4 * 2;
#pragma unroll
    for (int r = 0; r < 2; r++) {
      const int low = rows[r].low - first;
      const int high = rows[r].high - first;
#pragma unroll
      for (int n = 0; n < kTiles; n++) {
#pragma unroll
        for (int i = 0; i < 2; i++) {
          if (8 * n + i < low || 8 * n + i >= high) {
            scores[n][2 * r + i] = -INFINITY;
          }
        }
      }
    }
  }

  // Where a step takes exponentials from, and what the outputs until then are worth since.
  struct Shift {
    float shifts[2], factors[2];

    __device__ bool is_change() const { return factors[0] != 1 || factors[1] != 1; }
  };

  // Scores become weights 2^(scale (s - largest)); outputs are rescaled where `largest` changed.
  template <int kTiles, int kOutTiles>
  __device__ void step(float (&scores)[kTiles][4], float (&out)[kOutTiles][4], float scale_log2) {
    const Shift shift = follow(scores, scale_log2);
    // A factor of 1 changes no bit, so what the warp's other rows need does not matter to a row.
    // Wide outputs fill the registers, which leaves none for a branch.
    if (kOutTiles >= 16 || __any_sync(~0u, shift.is_change())) {
      rescale(out, shift);
    }
    weigh(scores, shift, scale_log2);
  }

  // The first part of a step: `largest` follows the true maximum only when that has outgrown it
  // 2^kSlack times: weights then stay within what every storage type holds, and most steps rescale
  // nothing. A row that has seen nothing takes 0 for its maximum, so that no infinity is taken from
  // another.
  template <int kTiles>
  __device__ Shift follow(const float (&scores)[kTiles][4], float scale_log2) {
    Shift shift;
#pragma unroll
    for (int r = 0; r < 2; r++) {
      float found = scores[0][2 * r];
#pragma unroll
      for (int n = 0; n < kTiles; n++) {
        found = fmaxf(found, fmaxf(scores[n][2 * r], scores[n][2 * r + 1]));
      }
      found = quad_max(found);
      const float before = largest[r];
      largest[r] = (found - before) * scale_log2 > kSlack ? found : before;
      shift.shifts[r] = largest[r] == -INFINITY ? 0 : largest[r] * scale_log2;
      shift.factors[r] = exp2_approximate(before * scale_log2 - shift.shifts[r]);
    }
    return shift;
  }

  // The second part.
  template <int kOutTiles>
  __device__ void rescale(float (&out)[kOutTiles][4], const Shift& shift) {
#pragma unroll
    for (int r = 0; r < 2; r++) {
      sum[r] *= shift.factors[r];
#pragma unroll
      for (int n = 0; n < kOutTiles; n++) {
        out[n][2 * r] *= shift.factors[r];
        out[n][2 * r + 1] *= shift.factors[r];
      }
    }
  }

  // The third part.
  template <int kTiles>
  __device__ void weigh(float (&scores)[kTiles][4], const Shift& shift, float scale_log2) {
#pragma unroll
    for (int r = 0; r < 2; r++) {
      float added = 0;
#pragma unroll
      for (int n = 0; n < kTiles; n++) {
#pragma unroll
        for (int i = 2 * r; i < 2 * r + 2; i++) {
          scores[n][i] = exp2_approximate(fmaf(scores[n][i], scale_log2, -shift.shifts[r]));
          added += scores[n][i];
        }
      }
      sum[r] += added;
    }
  }

  __device__ void finish() {
    sum[0] = quad_sum(sum[0]);
    sum[1] = quad_sum(sum[1]);
  }
};

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_SOFTMAX_CUH_
