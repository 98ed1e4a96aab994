// The end of flash_forward for tiles whose walks were split: a block owns some rows of a tile of
// one KV head, a warp a row at a time.
#ifndef FOVEA_CUDA_ATTENTION_FORWARD_MERGE_CUH_
#define FOVEA_CUDA_ATTENTION_FORWARD_MERGE_CUH_

#include "attention/attention.h"
#include "attention/query_tile.cuh"
#include "attention/splits.cuh"
#include "common/device.h"

namespace fovea {

constexpr int kMergeWarps = 4;
constexpr int kMergeRows = 16;  // of a block

template <class T, int kRows>
__global__ void __launch_bounds__(kMergeWarps * 32)
    forward_merge_kernel(const __grid_constant__ AttentionTask task) {
  const PromptPartials& partials = task.prompt_partials;
  QueryTile tile;
  if (!find_tile<kRows>(task, blockIdx.y, &tile)) {
    return;
  }
  const int splits = tile.count_splits(partials.splits);
  if (splits == 1) {
    return;  // it was written at once
  }
  const int begin = tile.row_begin + static_cast<int>(blockIdx.z) * kMergeRows;
  const int end = min(begin + kMergeRows, tile.row_end);
  for (int row = begin + static_cast<int>(threadIdx.x) / 32; row < end; row += kMergeWarps) {
    const int64_t token = tile.query_start + row / task.group;
    const int64_t head_row =
        token * task.query_heads + static_cast<int>(blockIdx.x) * task.group + row % task.group;
    const int64_t first = head_row - int64_t{task.num_generated} * task.query_heads;
    merge_row({partials.values, partials.log_sums, first, partials.rows, splits},
              static_cast<T*>(task.out) + head_row * task.head_dim, task.head_dim);
  }
}

template <class T, int kRows>
void launch_forward_merge(const AttentionTask& task, int64_t tiles, cudaStream_t stream) {
  const dim3 grid(static_cast<unsigned>(task.kv_heads), static_cast<unsigned>(tiles),
                  kRows / kMergeRows);
  forward_merge_kernel<T, kRows><<<grid, kMergeWarps * 32, 0, stream>>>(task);
  check_launch("forward_merge_kernel");
}

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_FORWARD_MERGE_CUH_
