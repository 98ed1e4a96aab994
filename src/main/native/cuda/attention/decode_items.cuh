// flash_decode's work items, and how a block finds its own from the sequences' lengths alone.
#ifndef FOVEA_CUDA_ATTENTION_DECODE_ITEMS_CUH_
#define FOVEA_CUDA_ATTENTION_DECODE_ITEMS_CUH_

#include "attention/attention.h"
#include "attention/splits.cuh"

namespace fovea {

struct DecodeItem {
  int sequence, head, row_tile;  // KV head; 16 or 32 query heads of the group
  int split, splits;
  int begin, end;  // slots
  int context;
};

// Work items are numbered by sequence, in lots of 32 sequences, a lane's each.
constexpr int kLot = 32;
constexpr int kMaxLots = kMaxGenerated / kLot;

// Splits of the sequence of this lane in a lot.
__device__ inline int splits_of_lane(const AttentionTask& task, int lot) {
  const int sequence = lot * kLot + static_cast<int>(threadIdx.x) % 32;
  return sequence < task.num_generated ? splits_of(task, task.context_length[sequence]).count : 0;
}

// starts[i]: splits of the lots before i; by all threads of the block. Gives the number of lots.
template <int kWarps>
__device__ int scan_lots(const AttentionTask& task, int* starts) {
  const int lots = (task.num_generated + kLot - 1) / kLot;
  for (int lot = static_cast<int>(threadIdx.x) / 32; lot < lots; lot += kWarps) {
    const int sum = __reduce_add_sync(~0u, splits_of_lane(task, lot));
    if (threadIdx.x % 32 == 0) {
      starts[lot + 1] = sum;
    }
  }
  __syncthreads();  // all sums are there
  if (threadIdx.x == 0) {
    starts[0] = 0;
    for (int lot = 0; lot < lots; lot++) {
      starts[lot + 1] += starts[lot];
    }
  }
  __syncthreads();  // and added up
  return lots;
}

// By a whole warp. Heads of one split follow each other, so that neighbouring blocks read
// neighbouring memory.
__device__ inline DecodeItem find_item(const AttentionTask& task, const int* starts, int lots,
                                       int index) {
  const int row_tiles = tiles_of_group(task.group, task.head_dim);
  const int unit = index / (task.kv_heads * row_tiles);
  const int rest = index % (task.kv_heads * row_tiles);
  int low = 0;
  int high = lots;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (starts[middle] <= unit ? low : high) = middle;
  }
  const int count = splits_of_lane(task, low);
  int before = count;
  for (int distance = 1; distance < 32; distance *= 2) {
    const int lower = __shfl_up_sync(~0u, before, distance);
    before += static_cast<int>(threadIdx.x) % 32 >= distance ? lower : 0;
  }
  before += starts[low] - count;
  const int lane = __popc(__ballot_sync(~0u, before <= unit)) - 1;
  const int sequence = low * kLot + lane;
  const int split = unit - __shfl_sync(~0u, before, lane);
  const int context = task.context_length[sequence];
  const Splits splits = splits_of(task, context);
  const int begin = splits.first + split * splits.size;
  return {sequence,
          rest / row_tiles,
          rest % row_tiles,
          split,
          splits.count,
          begin,
          min(begin + splits.size, context),
          context};
}

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_DECODE_ITEMS_CUH_
