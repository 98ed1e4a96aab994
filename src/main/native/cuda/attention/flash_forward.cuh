// out = softmax(scale q k^T + mask) v for prompt rows: FlashAttention-2's forward (Dao 2023,
// algorithm 1) on mma.sync.
//
// q, out [N, Hq, D] and pages [P, Hkv, S, D] in T (bf16 or fp16); sums and statistics fp32.
// A block owns kRows rows of one sequence and KV head, row r being token r / group and query head
// r % group of the head's group, and walks K and V once, from the last visible page back. A warp
// owns one or two row tiles of 16 rows, a lane two rows of each. While scores are computed V is on
// its way, during softmax and the second product the next K; at D <= 64 a page is worked at while
// the next one's K and V come.
// Blocks set out from the last tiles, which see the most, the heads of a tile side by side: what
// the device ends with is small (on an H100 3 to 10 % over head by head, from 2,048 tokens on). Of
// long prompts only so many heads at a time as the second-level cache holds: a section.
// Shared memory: Q and one or two pages of K and V, (kRows + 128 a page) x kDim x 2 bytes (64 KiB
// at D = 128; 48 KiB at 64), and 2 KiB.
// Where a long context is walked by few tiles, their walks are split among blocks, whose partial
// results forward_merge puts together: prompt_splits.h says when.
// Limits: D a multiple of 8 up to kDim, rounded up to it by zeros; compute capability 8.0.
// A row's bits depend on its own sequence and its place in it, and where walks are split on into
// how many parts.
#ifndef FOVEA_CUDA_ATTENTION_FLASH_FORWARD_CUH_
#define FOVEA_CUDA_ATTENTION_FLASH_FORWARD_CUH_

#include <algorithm>

#include "attention/attention.h"
#include "attention/forward_merge.cuh"
#include "attention/paged_kv.cuh"
#include "attention/query_tile.cuh"
#include "attention/sections.h"
#include "attention/softmax.cuh"
#include "common/device.h"

namespace fovea {

// Blocks a multiprocessor, at least. Hopper's shared memory holds three of small heads, and its
// compiler finds them the registers (11 % over two at 512 tokens, 4 at 4,096). The device's code
// alone may ask: the host's compiler sees another number.
template <int kDim>
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ == 900
constexpr int kForwardBlocks = kDim <= 64 ? 3 : 2;
#else
constexpr int kForwardBlocks = 2;
#endif

// A block's KV head, of a grid (heads of a section, tiles, sections).
inline __device__ int block_head() { return static_cast<int>(blockIdx.z * gridDim.x + blockIdx.x); }

template <int kDim>
struct ForwardShape {
  static constexpr int kWarps = 4;
  static constexpr int kThreads = 32 * kWarps;
  static constexpr int kRowTiles = kDim <= 128 ? 2 : 1;  // of 16 rows, a warp
  static constexpr int kWarpRows = 16 * kRowTiles;
  static constexpr int kRows = kWarpRows * kWarps;
  static_assert(kRows == FlashForward<bf16, kDim>::kRows, "as the host reckons with");
  // A warp's two row tiles lie half a block apart, so that of the pages that only the block's
  // second half sees every warp works at half (5 % at 512 tokens, 1 at 2,048). Larger heads leave
  // no registers for the second loop.
  static constexpr bool kIsHalved = kDim <= 96;
  static constexpr int kTileStride = kIsHalved ? kRows / 2 : 16;
  // One vote on rescaling for both row tiles leaves their exponentials in one piece with the
  // products that follow (1 %), and three blocks within their registers.
  static constexpr bool kWeighsTogether = kDim <= 96;
  // Small heads leave room for two pages, so that one is on its way while the other is worked at.
  static constexpr int kBuffers = kDim <= 64 ? 2 : 1;
  using QTile = Tile<kRows, kDim>;
  using KvTile = Tile<kPageSlots, kDim>;
  static constexpr int kBytes = QTile::kBytes + 2 * kBuffers * KvTile::kBytes;
};

template <class T, int kDim>
class ForwardBlock {
  using Shape = ForwardShape<kDim>;
  static constexpr int kRowTiles = Shape::kRowTiles;
  static constexpr int kSlotTiles = kPageSlots / 8;
  static constexpr int kDimTiles = kDim / 8;
  using Scores = float[kRowTiles][kSlotTiles][4];

 public:
  __device__ ForwardBlock(const AttentionTask& task, TileTables<Shape::kRows>& tables, char* shared)
      : task_(task),
        tables_(tables),
        tile_(tables.tile),
        q_(shared_address(shared)),
        k_(q_ + Shape::QTile::kBytes),
        v_(k_ + Shape::kBuffers * Shape::KvTile::kBytes) {}

  __device__ void run() {
    load_queries();
    int page = tile_.high_page;
    if (page >= tile_.low_page) {
      load_page(k_of(page), task_.k, page);
      if constexpr (Shape::kBuffers == 2) {
        load_page(v_of(page), task_.v, page);
      }
      commit_copies();
      if constexpr (Shape::kIsHalved) {
        for (; page > max(tile_.half_page, tile_.low_page - 1); page--) {
          step<1>(page);
        }
      }
      for (; page >= tile_.low_page; page--) {
        step<0>(page);
      }
    }
    commit_copies();
    wait_copies<0>();
    __syncthreads();  // nobody reads queries that are still on their way over the outputs
    if (tile_.split < 0) {
      write();
    } else {
      write_partials();
    }
  }

 private:
  static __device__ int lane() { return static_cast<int>(threadIdx.x) % 32; }

  // The first row of the warp's row tile m.
  static __device__ int tile_row(int m) {
    constexpr int kWarpStride = Shape::kIsHalved ? 16 : Shape::kWarpRows;
    return static_cast<int>(threadIdx.x) / 32 * kWarpStride + m * Shape::kTileStride;
  }

  __device__ void load_queries() const {
    constexpr int kChunks = Shape::QTile::kChunks;
    const T* q = static_cast<const T*>(task_.q);
#pragma unroll 4
    for (int i = threadIdx.x; i < Shape::kRows * kChunks; i += Shape::kThreads) {
      const int row = i / kChunks;
      const int chunk = i % kChunks;
      const int64_t offset = tables_.offsets[row];
      const bool exists = offset >= 0 && chunk * kChunkElements < task_.head_dim;
      const T* from = exists ? q + offset + chunk * kChunkElements : q;
      copy_chunk(q_ + Shape::QTile::offset(row, chunk), from, exists ? 16 : 0);
    }
  }

  __device__ void load_page(uint32_t to, const Pages& pages, int page) const {
    const int id = checked_page(task_, tables_.ids[page % 2]);
    int thread = static_cast<int>(threadIdx.x);
    if constexpr (kForwardBlocks<kDim> == 3) {
      asm volatile("" : "+r"(thread));  // no register keeps what follows from it for the next page
    }
    load_tile<kPageSlots, kDim, Shape::kThreads>(
        to, slot_address(pages, id, block_head(), 0), pages.slot_stride,
        {tile_.context - page * kPageSlots, task_.head_dim / kChunkElements}, thread);
  }

  __device__ uint32_t k_of(int page) const {
    return k_ + page % Shape::kBuffers * Shape::KvTile::kBytes;
  }

  __device__ uint32_t v_of(int page) const {
    return v_ + page % Shape::kBuffers * Shape::KvTile::kBytes;
  }

  // Fetches a page's entry of the table, into the place of the entry two pages up.
  __device__ void load_id(int page) const {
    if (threadIdx.x == 0 && page >= tile_.low_page) {
      copy_word(shared_address(&tables_.ids[page % 2]), page_entry(task_, tile_.table_row, page));
    }
  }

  // One page, for the row tiles from kFirst on.
  template <int kFirst>
  __device__ void step(int page) {
    if constexpr (Shape::kBuffers == 2) {
      advance_both(page);
    } else {
      advance_values(page);
    }
    Scores scores = {};
    multiply_queries<kFirst>(scores, k_of(page));
    if constexpr (Shape::kBuffers == 1) {
      advance_keys(page);
    }
    weigh<kFirst>(scores, page * kPageSlots);
    multiply_values<kFirst>(scores, v_of(page));
  }

  // Waits for a page's K, and sends for its V.
  __device__ void advance_values(int page) const {
    wait_copies<0>();
    __syncthreads();  // K is there for all, and all are through with the page before's V
    load_page(v_of(page), task_.v, page);
    load_id(page - 1);
    commit_copies();
  }

  // Waits for a page's V, and sends for the next one's K.
  __device__ void advance_keys(int page) const {
    wait_copies<0>();
    __syncthreads();  // V is there for all, and all are through with K
    if (page > tile_.low_page) {
      load_page(k_of(page - 1), task_.k, page - 1);
      commit_copies();
    }
  }

  // Waits for a page's K and V, and sends for the next one's.
  __device__ void advance_both(int page) const {
    wait_copies<0>();
    __syncthreads();  // K and V are there for all, and all are through with the page before
    if (page > tile_.low_page) {
      load_page(k_of(page - 1), task_.k, page - 1);
      load_page(v_of(page - 1), task_.v, page - 1);
      load_id(page - 2);
      commit_copies();
    }
  }

  // Scores of the slots from `slot` on become weights.
  template <int kFirst>
  __device__ void weigh(Scores& scores, int slot) {
    const bool is_masked = slot < tile_.clean_begin || slot + kPageSlots > tile_.clean_end;
    if constexpr (Shape::kWeighsTogether) {
      if (is_masked) {
#pragma unroll
        for (int m = kFirst; m < kRowTiles; m++) {
          mask(scores[m], m, slot);
        }
      }
      weigh_together<kFirst>(scores);
    } else {
#pragma unroll
      for (int m = kFirst; m < kRowTiles; m++) {
        if (is_masked) {
          mask(scores[m], m, slot);
        }
        state_[m].step(scores[m], out_[m], task_.scale_log2);
      }
    }
  }

  __device__ void mask(float (&scores)[kSlotTiles][4], int m, int slot) const {
    const int row = tile_row(m) + lane() / 4;
    const Visible rows[2] = {visible_at(tables_.positions[row], task_.window),
                             visible_at(tables_.positions[row + 8], task_.window)};
    RowPair::mask(scores, slot, rows);
  }

  // A step of every row tile, part by part.
  template <int kFirst>
  __device__ void weigh_together(Scores& scores) {
    RowPair::Shift shifts[kRowTiles];
    bool is_change = false;
#pragma unroll
    for (int m = kFirst; m < kRowTiles; m++) {
      shifts[m] = state_[m].follow(scores[m], task_.scale_log2);
      is_change |= shifts[m].is_change();
    }
    if (__any_sync(~0u, is_change)) {
#pragma unroll
      for (int m = kFirst; m < kRowTiles; m++) {
        state_[m].rescale(out_[m], shifts[m]);
      }
    }
#pragma unroll
    for (int m = kFirst; m < kRowTiles; m++) {
      state_[m].weigh(scores[m], shifts[m], task_.scale_log2);
    }
  }

  // scores += Q K^T, K's rows from `keys` on. Lanes 0-15 address the rows of an A fragment's left
  // half, 16-31 of its right half; of K, each eight lanes the 8 x 8 matrices (slots 0-7, low half
  // of 16 columns), (same, high half), and the same of slots 8-15.
  template <int kFirst>
  __device__ void multiply_queries(Scores& scores, uint32_t keys) const {
    const uint32_t q = q_ + Shape::QTile::offset(tile_row(0) + lane() % 16, lane() / 16);
    const uint32_t k = keys + Shape::KvTile::offset(lane() / 16 * 8 + lane() % 8, lane() / 8 % 2);
#pragma unroll
    for (int d = 0; d < kDim / 16; d++) {
      uint32_t a[kRowTiles][4];
#pragma unroll
      for (int m = kFirst; m < kRowTiles; m++) {
        load_matrices(a[m], Shape::QTile::advance(q, d) + m * Shape::kTileStride * kSlabRowBytes);
      }
#pragma unroll
      for (int n = 0; n < kSlotTiles; n += 2) {
        uint32_t b[4];
        load_matrices(b, Shape::KvTile::advance(k, d) + n * 8 * kSlabRowBytes);
#pragma unroll
        for (int m = kFirst; m < kRowTiles; m++) {
          multiply_add<T>(scores[m][n], a[m], b[0], b[1]);
          multiply_add<T>(scores[m][n + 1], a[m], b[2], b[3]);
        }
      }
    }
  }

  // out += P V, P rounded to T. V's fragments are read transposed.
  template <int kFirst>
  __device__ void multiply_values(const Scores& weights, uint32_t values) {
    const uint32_t v = values + Shape::KvTile::offset(lane() % 16, lane() / 16);
#pragma unroll
    for (int s = 0; s < kPageSlots / 16; s++) {
      uint32_t a[kRowTiles][4];
#pragma unroll
      for (int m = kFirst; m < kRowTiles; m++) {
        pack_fragment<T>(a[m], weights[m][2 * s], weights[m][2 * s + 1]);
      }
#pragma unroll
      for (int d = 0; d < kDim / 16; d++) {
        uint32_t b[4];
        load_matrices_transposed(b, Shape::KvTile::advance(v, d) + s * 16 * kSlabRowBytes);
#pragma unroll
        for (int m = kFirst; m < kRowTiles; m++) {
          multiply_add<T>(out_[m][2 * d], a[m], b[0], b[1]);
          multiply_add<T>(out_[m][2 * d + 1], a[m], b[2], b[3]);
        }
      }
    }
  }

  // Through the warp's own rows of Q's tile, so that memory gets whole chunks.
  __device__ void write() {
#pragma unroll
    for (int m = 0; m < kRowTiles; m++) {
      state_[m].finish();
#pragma unroll
      for (int r = 0; r < 2; r++) {
        const float sum = state_[m].sum[r];
        const float factor = sum > 0 ? 1 / sum : 0;
        const int row = tile_row(m) + 8 * r + lane() / 4;
#pragma unroll
        for (int n = 0; n < kDimTiles; n++) {
          const uint32_t pair =
              pack_pair<T>(out_[m][n][2 * r] * factor, out_[m][n][2 * r + 1] * factor);
          asm volatile(
              "st.shared.b32 [%0], %1;" ::"r"(q_ + Shape::QTile::offset(row, n) + lane() % 4 * 4),
              "r"(pair)
              : "memory");
        }
      }
    }
    __syncwarp();
    constexpr int kChunks = Shape::QTile::kChunks;
    T* out = static_cast<T*>(task_.out);
#pragma unroll 1
    for (int i = lane(); i < Shape::kWarpRows * kChunks; i += 32) {
      const int row = tile_row(i / kChunks / 16) + i / kChunks % 16;
      const int chunk = i % kChunks;
      uint4 values;
      asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];"
                   : "=r"(values.x), "=r"(values.y), "=r"(values.z), "=r"(values.w)
                   : "r"(q_ + Shape::QTile::offset(row, chunk))
                   : "memory");
      const int64_t offset = tables_.offsets[row];
      if (offset >= 0 && chunk * kChunkElements < task_.head_dim) {
        *reinterpret_cast<uint4*>(out + offset + chunk * kChunkElements) = values;
      }
    }
  }

  // Rows by their own sums, and the base-2 logarithms of these.
  __device__ void write_partials() {
    const PromptPartials& to = task_.prompt_partials;
    const int64_t first_row =
        tile_.split * to.rows - int64_t{task_.num_generated} * task_.query_heads;
#pragma unroll
    for (int m = 0; m < kRowTiles; m++) {
      state_[m].finish();
#pragma unroll
      for (int r = 0; r < 2; r++) {
        const int64_t offset = tables_.offsets[tile_row(m) + 8 * r + lane() / 4];
        if (offset < 0) {
          continue;
        }
        const float sum = state_[m].sum[r];
        const float factor = sum > 0 ? 1 / sum : 0;
        float* values = to.values + first_row * task_.head_dim + offset + lane() % 4 * 2;
#pragma unroll
        for (int n = 0; n < kDimTiles; n++) {
          if (8 * n < task_.head_dim) {
            *reinterpret_cast<float2*>(values + 8 * n) =
                make_float2(out_[m][n][2 * r] * factor, out_[m][n][2 * r + 1] * factor);
          }
        }
        if (lane() % 4 == 0) {
          to.log_sums[first_row + offset / task_.head_dim] =
              sum > 0 ? state_[m].largest[r] * task_.scale_log2 + log2f(sum) : -INFINITY;
        }
      }
    }
  }

  const AttentionTask& task_;
  TileTables<Shape::kRows>& tables_;
  const QueryTile& tile_;
  const uint32_t q_, k_, v_;
  RowPair state_[kRowTiles];
  float out_[kRowTiles][kDimTiles][4] = {};
};

template <class T, int kDim>
__global__ void __launch_bounds__(ForwardShape<kDim>::kThreads, kForwardBlocks<kDim>)
    flash_forward_kernel(const __grid_constant__ AttentionTask task, int last_tile) {
  extern __shared__ __align__(128) char forward_shared[];
  __shared__ TileTables<ForwardShape<kDim>::kRows> tables;
  const int splits = task.prompt_partials.splits;
  QueryTile found;
  if (block_head() >= task.kv_heads ||
      !find_tile<ForwardShape<kDim>::kRows>(task, last_tile - static_cast<int>(blockIdx.y) / splits,
                                            &found)) {
    return;
  }
  const int split = static_cast<int>(blockIdx.y) % splits;
  const int count = found.count_splits(splits);
  if (split >= count) {
    return;
  }
  if (count > 1) {
    found.keep_split(split, splits);
  }
  tables.fill(task, found, block_head());
  __syncthreads();  // the tables are there for all
  ForwardBlock<T, kDim>(task, tables, forward_shared).run();
}

template <class T, int kDim>
int FlashForward<T, kDim>::prepare() {
  using Shape = ForwardShape<kDim>;
  constexpr auto kKernel = &flash_forward_kernel<T, kDim>;
  check_cuda(
      "cudaFuncSetAttribute",
      cudaFuncSetAttribute(kKernel, cudaFuncAttributeMaxDynamicSharedMemorySize, Shape::kBytes));
  int blocks = 0;
  check_cuda("cudaOccupancyMaxActiveBlocksPerMultiprocessor",
             cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kKernel, Shape::kThreads,
                                                           Shape::kBytes));
  return blocks;
}

template <class T, int kDim>
void FlashForward<T, kDim>::launch(const AttentionTask& task, cudaStream_t stream) {
  using Shape = ForwardShape<kDim>;
  const int64_t rows = int64_t{task.num_tokens - task.num_generated} * task.group;
  const int64_t tiles = rows / Shape::kRows + (task.num_sequences - task.num_generated);
  const int heads = section_heads(task, sizeof(T));
  const int splits = task.prompt_partials.splits;
  const int64_t max_tiles = 65535 / splits;  // in a grid's second dimension
  for (int64_t left = tiles; left > 0; left -= max_tiles) {
    const dim3 grid(static_cast<unsigned>(heads),
                    static_cast<unsigned>(std::min(left, max_tiles) * splits),
                    static_cast<unsigned>((task.kv_heads + heads - 1) / heads));
    flash_forward_kernel<T, kDim>
        <<<grid, Shape::kThreads, Shape::kBytes, stream>>>(task, static_cast<int>(left - 1));
  }
  check_launch("flash_forward_kernel");
  if (splits > 1) {
    launch_forward_merge<T, Shape::kRows>(task, tiles, stream);
  }
}

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_FLASH_FORWARD_CUH_
