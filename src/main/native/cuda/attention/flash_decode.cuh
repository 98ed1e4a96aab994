// Split-KV attention ("flash-decoding") for generated rows, one a sequence: a work item is one
// split of one sequence, one KV head and up to 16 or 32 query heads of its group, packed into the
// rows of one or two matrix tiles, which share each fragment of K and V. Partial results are merged
// by flash_merge; a sequence of a single split is written at once.
//
// The grid is as large as the device, for every batch; each block finds the items' borders from
// contextLength and takes every gridDim.x-th item. Inside a block warp w takes the chunks of 16
// slots w, w + kWarps, ... through a pipeline of its own of kStages chunks in shared memory, and
// meets the others once an item. Bits depend on the sequence alone, since an item's content does.
// Shared memory: kWarps x kStages x 32 x D x 2 bytes (96 KiB at D = 128, with two matrix tiles
// 64 KiB), of two tiles Q's rows, and up to 1 KiB.
// Limits as flash_forward's, and B <= kMaxGenerated.
#ifndef FOVEA_CUDA_ATTENTION_FLASH_DECODE_CUH_
#define FOVEA_CUDA_ATTENTION_FLASH_DECODE_CUH_

#include "attention/attention.h"
#include "attention/decode_items.cuh"
#include "attention/paged_kv.cuh"
#include "attention/softmax.cuh"
#include "common/device.h"

namespace fovea {

constexpr int kChunkSlots = 16;

template <int kDim, int kTiles>
struct DecodeShape {
  static constexpr int kRowTiles = kTiles;  // of 16 rows
  static constexpr int kRows = 16 * kRowTiles;
  static constexpr int kWarps = kDim <= 128 ? 4 : 2;
  static constexpr int kThreads = 32 * kWarps;
  static constexpr int kStages = kRowTiles == 1 ? 3 : 2;
  using ChunkTile = Tile<kChunkSlots, kDim>;
  using QueryTile = Tile<kRows, kDim>;
  static constexpr int kStageBytes = 2 * ChunkTile::kBytes;  // K, then V
  static constexpr int kWarpBytes = kStages * kStageBytes;
  static constexpr int kStatsBytes = 2 * kWarps * kRows * 4;
  static constexpr int kQueryBytes = kRowTiles == 1 ? 0 : QueryTile::kBytes;
  static constexpr int kBytes = kWarps * kWarpBytes + kQueryBytes + kStatsBytes;
  static_assert(kWarpBytes >= kRows * kDim * 4, "a warp's outputs fit its stages");
};

// A warp's window on the page table: 32 entries at a time, one a lane.
class PageIds {
 public:
  __device__ PageIds(const AttentionTask& task, int sequence, int end_page)
      : task_(task), row_(table_row(task, sequence)), end_page_(end_page) {}

  __device__ int at(int page) {
    if (page - base_ >= 32) {
      base_ = page;
      const int own = page + static_cast<int>(threadIdx.x) % 32;
      ids_ = own < end_page_ ? page_id(task_, row_, own) : 0;
    }
    return __shfl_sync(~0u, ids_, page - base_);
  }

 private:
  const AttentionTask& task_;
  const int row_, end_page_;
  int base_ = -64;
  int ids_ = 0;
};

template <class T, int kDim, int kRowTiles>
class DecodeWarp {
  using Shape = DecodeShape<kDim, kRowTiles>;
  using ChunkTile = typename Shape::ChunkTile;
  using QueryTile = typename Shape::QueryTile;
  static constexpr int kSteps = kDim / 16;

 public:
  __device__ DecodeWarp(const AttentionTask& task, const DecodeItem& item, char* shared)
      : task_(task),
        item_(item),
        warp_(static_cast<int>(threadIdx.x) / 32),
        lane_(static_cast<int>(threadIdx.x) % 32),
        shared_(shared),
        stages_(shared_address(shared) + warp_ * Shape::kWarpBytes),
        queries_(shared_address(shared) + Shape::kWarps * Shape::kWarpBytes),
        ids_(task, item.sequence, (item.end + kPageSlots - 1) / kPageSlots) {}

  __device__ void run() {
    const int chunks = (item_.end - item_.begin + kChunkSlots - 1) / kChunkSlots;
    const int own = max((chunks - warp_ + Shape::kWarps - 1) / Shape::kWarps, 0);
#pragma unroll
    for (int i = 0; i < Shape::kStages - 1; i++) {
      load(i, own);
    }
    load_queries();
    for (int i = 0; i < own; i++) {
      wait_copies<Shape::kStages - 2>();
      __syncwarp();  // the chunk is there for all lanes, and all are through with the one before
      load(i + Shape::kStages - 1, own);
      step(slot_of(i), stages_ + i % Shape::kStages * Shape::kStageBytes);
    }
    wait_copies<0>();
    merge_warps();
  }

 private:
  __device__ int slot_of(int i) const {
    return item_.begin + (i * Shape::kWarps + warp_) * kChunkSlots;
  }

  __device__ int64_t query_offset(int row) const {
    const int64_t token = task_.query_start[item_.sequence];
    return (token * task_.query_heads + head_of(row)) * task_.head_dim;
  }

  __device__ int head_of(int row) const {
    return item_.head * task_.group + item_.row_tile * Shape::kRows + row;
  }

  __device__ int rows() const {
    return min(task_.group - item_.row_tile * Shape::kRows, Shape::kRows);
  }

  // Of one tile the fragments fit the registers; of two the block shares the rows.
  __device__ void load_queries() {
    const T* q = static_cast<const T*>(task_.q);
    if constexpr (kRowTiles == 1) {
#pragma unroll
      for (int i = 0; i < 4 * kSteps; i++) {
        const int row = lane_ / 4 + i % 2 * 8;
        const int column = i / 2 * 8 + lane_ % 4 * 2;
        const bool exists = row < rows() && column < task_.head_dim;
        q_[i / 4][i % 4] =
            exists ? *reinterpret_cast<const uint32_t*>(q + query_offset(row) + column) : 0;
      }
    } else {
#pragma unroll
      for (int i = threadIdx.x; i < Shape::kRows * QueryTile::kChunks; i += Shape::kThreads) {
        const int row = i / QueryTile::kChunks;
        const int column = i % QueryTile::kChunks * kChunkElements;
        const bool exists = row < rows() && column < task_.head_dim;
        copy_chunk(queries_ + QueryTile::offset(row, i % QueryTile::kChunks),
                   exists ? q + query_offset(row) + column : q, exists ? 16 : 0);
      }
      commit_copies();
      wait_copies<0>();
      __syncthreads();  // the rows are there for all
    }
  }

  // A fragment of the 16 columns from 16 d on.
  __device__ void query_fragment(uint32_t (&a)[4], int m, int d) const {
    if constexpr (kRowTiles == 1) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        a[i] = q_[d][i];
      }
    } else {
      const uint32_t q = queries_ + QueryTile::offset(lane_ % 16, lane_ / 16);
      load_matrices(a, QueryTile::advance(q, d) + m * 16 * kSlabRowBytes);
    }
  }

  // Enqueues this warp's i-th chunk; past the last one an empty group keeps the count.
  __device__ void load(int i, int own) {
    if (i < own) {
      const int slot = slot_of(i);
      const int id = ids_.at(slot / kPageSlots);
      const Extent extent{item_.end - slot, task_.head_dim / kChunkElements};
      const uint32_t stage = stages_ + i % Shape::kStages * Shape::kStageBytes;
      load_tile<kChunkSlots, kDim, 32>(stage,
                                       slot_address(task_.k, id, item_.head, slot % kPageSlots),
                                       task_.k.slot_stride, extent, lane_);
      load_tile<kChunkSlots, kDim, 32>(stage + ChunkTile::kBytes,
                                       slot_address(task_.v, id, item_.head, slot % kPageSlots),
                                       task_.v.slot_stride, extent, lane_);
    }
    commit_copies();
  }

  __device__ void step(int slot, uint32_t stage) {
    float scores[kRowTiles][2][4] = {};
    const uint32_t k = stage + ChunkTile::offset(lane_ / 16 * 8 + lane_ % 8, lane_ / 8 % 2);
#pragma unroll
    for (int d = 0; d < kSteps; d++) {
      uint32_t b[4];
      load_matrices(b, ChunkTile::advance(k, d));
#pragma unroll
      for (int m = 0; m < kRowTiles; m++) {
        uint32_t a[4];
        query_fragment(a, m, d);
        multiply_add<T>(scores[m][0], a, b[0], b[1]);
        multiply_add<T>(scores[m][1], a, b[2], b[3]);
      }
    }
    const Visible visible = visible_at(item_.context - 1, task_.window);
    const bool is_masked = slot + kChunkSlots > visible.high || slot < visible.low;
    uint32_t a[kRowTiles][4];
#pragma unroll
    for (int m = 0; m < kRowTiles; m++) {
      if (is_masked) {
        const Visible both[2] = {visible, visible};
        RowPair::mask(scores[m], slot, both);
      }
      state_[m].step(scores[m], out_[m], task_.scale_log2);
      pack_fragment<T>(a[m], scores[m][0], scores[m][1]);
    }
    const uint32_t v = stage + ChunkTile::kBytes + ChunkTile::offset(lane_ % 16, lane_ / 16);
#pragma unroll
    for (int d = 0; d < kSteps; d++) {
      uint32_t b[4];
      load_matrices_transposed(b, ChunkTile::advance(v, d));
#pragma unroll
      for (int m = 0; m < kRowTiles; m++) {
        multiply_add<T>(out_[m][2 * d], a[m], b[0], b[1]);
        multiply_add<T>(out_[m][2 * d + 1], a[m], b[2], b[3]);
      }
    }
  }

  // The warps' outputs, in warp order, by their common maximum.
  __device__ void merge_warps() {
    float* largest = reinterpret_cast<float*>(shared_ + Shape::kBytes - Shape::kStatsBytes);
    float* sums = largest + Shape::kWarps * Shape::kRows;
    // This warp's stages are read no more, and hold its outputs from here.
    float* own = outputs_of(warp_);
    __syncwarp();
#pragma unroll
    for (int m = 0; m < kRowTiles; m++) {
      state_[m].finish();
#pragma unroll
      for (int r = 0; r < 2; r++) {
        const int row = 16 * m + lane_ / 4 + 8 * r;
        if (lane_ % 4 == 0) {
          largest[warp_ * Shape::kRows + row] = state_[m].largest[r];
          sums[warp_ * Shape::kRows + row] = state_[m].sum[r];
        }
#pragma unroll
        for (int n = 0; n < kDim / 8; n++) {
          *reinterpret_cast<float2*>(own + row * kDim + 8 * n + lane_ % 4 * 2) =
              make_float2(out_[m][n][2 * r], out_[m][n][2 * r + 1]);
        }
      }
    }
    __syncthreads();  // all warps' outputs and statistics are there
    constexpr int kPacks = kDim / 4;
    for (int i = threadIdx.x; i < rows() * kPacks; i += Shape::kThreads) {
      if (i % kPacks * 4 < task_.head_dim) {
        write(i / kPacks, i % kPacks * 4, largest, sums);
      }
    }
    __syncthreads();  // all are through with them, the next item may overwrite both
  }

  __device__ float* outputs_of(int warp) const {
    return reinterpret_cast<float*>(shared_ + warp * Shape::kWarpBytes);
  }

  // Four neighbouring outputs of one row.
  __device__ void write(int row, int column, const float* largest, const float* sums) const {
    float top = -INFINITY;
    for (int w = 0; w < Shape::kWarps; w++) {
      top = fmaxf(top, largest[w * Shape::kRows + row]);
    }
    const float shift = top == -INFINITY ? 0 : top * task_.scale_log2;
    float sum = 0;
    float4 values{};
    for (int w = 0; w < Shape::kWarps; w++) {
      const float factor =
          exp2_approximate(largest[w * Shape::kRows + row] * task_.scale_log2 - shift);
      sum = fmaf(sums[w * Shape::kRows + row], factor, sum);
      add_scaled(values, *reinterpret_cast<const float4*>(outputs_of(w) + row * kDim + column),
                 factor);
    }
    const float inverse = sum > 0 ? 1 / sum : 0;
    if (item_.splits == 1) {
      store_scaled(static_cast<T*>(task_.out) + query_offset(row) + column, values, inverse);
      return;
    }
    const int64_t index = partial_index(task_, item_.sequence, item_.split, head_of(row));
    store_scaled(task_.partials.values + index * task_.head_dim + column, values, inverse);
    if (column == 0) {
      task_.partials.log_sums[index] = sum > 0 ? shift + log2f(sum) : -INFINITY;
    }
  }

  const AttentionTask& task_;
  const DecodeItem& item_;  // in shared memory
  const int warp_, lane_;
  char* shared_;
  const uint32_t stages_, queries_;
  PageIds ids_;
  uint32_t q_[kRowTiles == 1 ? kSteps : 1][4];
  RowPair state_[kRowTiles];
  float out_[kRowTiles][kDim / 8][4] = {};
};

template <class T, int kDim, int kRowTiles>
__global__ void __launch_bounds__(DecodeShape<kDim, kRowTiles>::kThreads)
    flash_decode_kernel(const __grid_constant__ AttentionTask task) {
  extern __shared__ __align__(128) char decode_shared[];
  using Shape = DecodeShape<kDim, kRowTiles>;
  __shared__ int starts[kMaxLots + 1];
  const int lots = scan_lots<Shape::kWarps>(task, starts);
  const int items = starts[lots] * task.kv_heads * tiles_of_group(task.group, task.head_dim);
  __shared__ DecodeItem item;
  for (int index = blockIdx.x; index < items; index += gridDim.x) {
    if (threadIdx.x < 32) {
      const DecodeItem found = find_item(task, starts, lots, index);
      if (threadIdx.x == 0) {
        item = found;
      }
    }
    __syncthreads();  // the item is there for all
    DecodeWarp<T, kDim, kRowTiles>(task, item, decode_shared).run();
  }
}

template <class T, int kDim, int kRowTiles>
int prepare_decode() {
  using Shape = DecodeShape<kDim, kRowTiles>;
  constexpr auto kKernel = &flash_decode_kernel<T, kDim, kRowTiles>;
  check_cuda(
      "cudaFuncSetAttribute",
      cudaFuncSetAttribute(kKernel, cudaFuncAttributeMaxDynamicSharedMemorySize, Shape::kBytes));
  int blocks = 0;
  check_cuda("cudaOccupancyMaxActiveBlocksPerMultiprocessor",
             cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kKernel, Shape::kThreads,
                                                           Shape::kBytes));
  return blocks;
}

template <class T, int kDim, int kRowTiles>
void launch_decode(const AttentionTask& task, int blocks, cudaStream_t stream) {
  using Shape = DecodeShape<kDim, kRowTiles>;
  flash_decode_kernel<T, kDim, kRowTiles>
      <<<static_cast<unsigned>(blocks), Shape::kThreads, Shape::kBytes, stream>>>(task);
  check_launch("flash_decode_kernel");
}

template <class T, int kDim>
void FlashDecode<T, kDim>::prepare(int (&resident)[2]) {
  resident[0] = prepare_decode<T, kDim, 1>();
  if constexpr (kDim <= 128) {
    resident[1] = prepare_decode<T, kDim, 2>();
  }
}

template <class T, int kDim>
void FlashDecode<T, kDim>::launch(const AttentionTask& task, int blocks, cudaStream_t stream) {
  if constexpr (kDim <= 128) {
    if (rows_of_item(task.group, task.head_dim) == 32) {
      launch_decode<T, kDim, 2>(task, blocks, stream);
      return;
    }
  }
  launch_decode<T, kDim, 1>(task, blocks, stream);
}

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_FLASH_DECODE_CUH_
