// The end of flash_decode for sequences of more than one split: a warp owns a sequence and query
// head.
#include "attention/attention.h"
#include "attention/splits.cuh"
#include "common/launch.cuh"

namespace fovea {
namespace {

constexpr int kWarps = 4;

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
    const int head = static_cast<int>(warp % task.query_heads);
    const Partials& partials = task.partials;
    const int64_t first = partial_index(task, sequence, 0, head);
    const int64_t row = int64_t{task.query_start[sequence]} * task.query_heads + head;
    merge_row({partials.values, partials.log_sums, first, task.query_heads, splits.count},
              static_cast<T*>(task.out) + row * task.head_dim, task.head_dim);
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
