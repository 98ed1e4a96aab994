// out = sum over splits of 2^(log_sum - largest) x partial, over the sum of those weights, splits
// in rising order: the end of flash_decode for sequences of more than one split. A warp owns a
// sequence and query head, a lane each 32nd four of its D values.
#include "attention/attention.h"
#include "attention/matrix.cuh"
#include "attention/splits.cuh"
#include "common/launch.cuh"

namespace fovea {
namespace {

constexpr int kWarps = 4;

template <class T>
__device__ void merge_row(const AttentionTask& task, int sequence, int head, int splits) {
  const int lane = threadIdx.x % 32;
  const float* log_sums = task.partials.log_sums;
  float largest = -INFINITY;
  for (int s = lane; s < splits; s += 32) {
    largest = fmaxf(largest, log_sums[partial_index(task, sequence, s, head)]);
  }
  for (int distance = 16; distance > 0; distance /= 2) {
    largest = fmaxf(largest, __shfl_xor_sync(~0u, largest, distance));
  }
  const float shift = largest == -INFINITY ? 0 : largest;
  T* out = static_cast<T*>(task.out) +
           (int64_t{task.query_start[sequence]} * task.query_heads + head) * task.head_dim;
  for (int column = 4 * lane; column < task.head_dim; column += 128) {
    float4 values{};
    float sum = 0;
#pragma unroll 4
    for (int s = 0; s < splits; s++) {
      const int64_t index = partial_index(task, sequence, s, head);
      const float weight = exp2_approximate(log_sums[index] - shift);
      sum += weight;
      add_scaled(
          values,
          *reinterpret_cast<const float4*>(task.partials.values + index * task.head_dim + column),
          weight);
    }
    store_scaled(out + column, values, sum > 0 ? 1 / sum : 0);
  }
}

template <class T>
__global__ void __launch_bounds__(kWarps * 32)
    flash_merge_kernel(const __grid_constant__ AttentionTask task) {
  let_successor_start();
  const int64_t warp = int64_t{blockIdx.x} * kWarps + threadIdx.x / 32;
  const int sequence = static_cast<int>(warp / task.query_heads);
  if (sequence >= task.num_generated) {
    return;
  }
  const Splits splits = splits_of(task, task.context_length[sequence]);
  if (splits.count > 1) {
    merge_row<T>(task, sequence, static_cast<int>(warp % task.query_heads), splits.count);
  }
}

}  // namespace

template <class T>
void launch_flash_merge(const AttentionTask& task, cudaStream_t stream) {
  const unsigned blocks = blocks_for(int64_t{task.num_generated} * task.query_heads, kWarps);
  flash_merge_kernel<T><<<blocks, kWarps * 32, 0, stream>>>(task);
  check_launch("flash_merge_kernel");
}

template void launch_flash_merge<bf16>(const AttentionTask& task, cudaStream_t stream);
template void launch_flash_merge<f16>(const AttentionTask& task, cudaStream_t stream);

}  // namespace fovea
