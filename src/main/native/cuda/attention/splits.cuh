// How a generated row's walk over K and V is split: a function of its own length, the KV heads and
// the device, never of the batch, so that its bits do not depend on its company.
#ifndef FOVEA_CUDA_ATTENTION_SPLITS_CUH_
#define FOVEA_CUDA_ATTENTION_SPLITS_CUH_

#include "attention/attention.h"
#include "attention/matrix.cuh"
#include "common/storage.cuh"

namespace fovea {

struct Splits {
  int first;  // slot, at a page's border
  int size;   // slots, whole pages
  int count;  // at least 1: a sequence of no slots has an empty one
};

// Partial results stay a small part of the keys and values that they stand for.
__host__ __device__ inline int least_split_slots(int group) {
  return group <= 16 ? 256 : (16 * group + kPageSlots - 1) / kPageSlots * kPageSlots;
}

// Query heads of a group that share a work item, and with it one walk over K and V: 16 or 32, as
// many as their outputs' registers allow.
__host__ __device__ inline int rows_of_item(int group, int head_dim) {
  return group > 16 && head_dim <= 128 ? 32 : 16;
}

__host__ __device__ inline int tiles_of_group(int group, int head_dim) {
  const int rows = rows_of_item(group, head_dim);
  return (group + rows - 1) / rows;
}

// At most task.partials.target_splits splits.
__device__ inline Splits splits_of(const AttentionTask& task, int context) {
  const int low = task.window > 0 ? max(context - task.window, 0) : 0;
  const int first = low / kPageSlots * kPageSlots;
  const int slots = context - first;
  const int share = (slots + task.partials.target_splits - 1) / task.partials.target_splits;
  const int size =
      max((share + kPageSlots - 1) / kPageSlots * kPageSlots, least_split_slots(task.group));
  return {first, size, max((slots + size - 1) / size, 1)};
}

__device__ inline int64_t partial_index(const AttentionTask& task, int sequence, int split,
                                        int head) {
  return (int64_t{sequence} * task.partials.max_splits + split) * task.query_heads + head;
}

__device__ inline void add_scaled(float4& sum, const float4& values, float factor) {
  sum.x = fmaf(values.x, factor, sum.x);
  sum.y = fmaf(values.y, factor, sum.y);
  sum.z = fmaf(values.z, factor, sum.z);
  sum.w = fmaf(values.w, factor, sum.w);
}

// The splits of one row, split s of which is partial row `first + s * stride`.
struct PartialRow {
  const float* values;
  const float* log_sums;
  int64_t first, stride;
  int splits;
};

template <class T>
__device__ void store_scaled(T* to, const float4& values, float factor) {
  *reinterpret_cast<Pack<T, 4>*>(to) = {
      {from_f32<T>(values.x * factor), from_f32<T>(values.y * factor),
       from_f32<T>(values.z * factor), from_f32<T>(values.w * factor)}};
}

// out = sum over splits of 2^(log_sum - largest) x partial, over the sum of those weights, splits
// in rising order. By a whole warp, a lane each 32nd four of the D values.
template <class T>
__device__ void merge_row(const PartialRow& row, T* out, int head_dim) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  float largest = -INFINITY;
  for (int s = lane; s < row.splits; s += 32) {
    largest = fmaxf(largest, row.log_sums[row.first + s * row.stride]);
  }
  for (int distance = 16; distance > 0; distance /= 2) {
    largest = fmaxf(largest, __shfl_xor_sync(~0u, largest, distance));
  }
  const float shift = largest == -INFINITY ? 0 : largest;
  for (int column = 4 * lane; column < head_dim; column += 128) {
    float4 values{};
    float sum = 0;
#pragma unroll 4
    for (int s = 0; s < row.splits; s++) {
      const int64_t index = row.first + s * row.stride;
      const float weight = exp2_approximate(row.log_sums[index] - shift);
      sum += weight;
      add_scaled(values, *reinterpret_cast<const float4*>(row.values + index * head_dim + column),
                 weight);
    }
    store_scaled(out + column, values, sum > 0 ? 1 / sum : 0);
  }
}

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_SPLITS_CUH_
