// out = softmax(scale q k^T + mask) v for prompt rows: FlashAttention-2's forward (Dao 2023,
// algorithm 1) on mma.sync.
//
// q, out [N, Hq, D] and pages [P, Hkv, S, D] in T (bf16 or fp16); sums and statistics fp32.
// A block owns kRows rows of one sequence and KV head, row r being token r / group and query head
// r % group of the head's group, and walks K and V once, from the last visible page back. A warp
// owns 16 or 32 of the rows, a lane two of each 16. While scores are computed V is on its way,
// during softmax and the second product the next K; at D <= 64 a page is worked at while the next
// one's K and V come.
// Shared memory: Q and one or two pages of K and V, (kRows + 128) x kDim x 2 bytes (64 KiB at D =
// 128; 48 KiB at 64), and 2 KiB.
// Limits: D a multiple of 8 up to kDim, rounded up to it by zeros; compute capability 8.0.
// A row's bits depend on its own sequence and its place in it.
#ifndef FOVEA_CUDA_ATTENTION_FLASH_FORWARD_CUH_
#define FOVEA_CUDA_ATTENTION_FLASH_FORWARD_CUH_

#include "attention/attention.h"
#include "attention/paged_kv.cuh"
#include "attention/softmax.cuh"
#include "common/device.h"

namespace fovea {

template <int kDim>
struct ForwardShape {
  static constexpr int kWarps = 4;
  static constexpr int kThreads = 32 * kWarps;
  static constexpr int kRowTiles = kDim <= 128 ? 2 : 1;  // of 16 rows, a warp
  static constexpr int kWarpRows = 16 * kRowTiles;
  static constexpr int kRows = kWarpRows * kWarps;
  // Small heads leave room for two pages, so that one is on its way while the other is worked at.
  static constexpr int kBuffers = kDim <= 64 ? 2 : 1;
  static constexpr int kBlocks = 2;  // a multiprocessor, at least
  using QTile = Tile<kRows, kDim>;
  using KvTile = Tile<kPageSlots, kDim>;
  static constexpr int kBytes = QTile::kBytes + 2 * kBuffers * KvTile::kBytes;
};

struct QueryTile {
  int table_row;  // of the sequence
  int query_start;
  int row_begin, row_end;  // of the sequence's (token, head of the group) rows
  int first_position;      // of the sequence's first row
  int context;
  int low_page, high_page;     // that some row sees, both included
  int clean_begin, clean_end;  // slots between which all rows see all
};

// Sequence i's tiles begin at floor(rows before it / kRows) + i, which leaves room for all of them
// (floor(a + b) + 1 >= floor(a) + ceil(b)); the grid is as large for every batch of N tokens and B
// sequences. Each round a warp compares 32 sequences. False: the tile is one of those left over.
template <int kRows>
__device__ bool find_tile(const AttentionTask& task, int64_t index, QueryTile* tile) {
  const int origin = task.query_start[task.num_generated];
  const auto first_tile = [&](int i) {
    const int64_t rows = int64_t{task.query_start[i] - origin} * task.group;
    return rows / kRows + (i - task.num_generated);
  };
  int low = task.num_generated;
  int count = task.num_sequences - low;
  while (count > 1) {
    const int step = (count + 31) / 32;
    const int offset = static_cast<int>(threadIdx.x % 32) * step;
    const bool is_before = offset < count && first_tile(low + offset) <= index;
    const int last = (__popc(__ballot_sync(~0u, is_before)) - 1) * step;
    low += last;
    count = min(step, count - last);
  }
  const int begin = task.query_start[low];
  const int tokens = task.query_start[low + 1] - begin;
  tile->table_row = table_row(task, low);
  tile->query_start = begin;
  tile->context = task.context_length[low];
  tile->first_position = tile->context - tokens;
  const int64_t row_begin = (index - first_tile(low)) * kRows;
  const int64_t rows = int64_t{tokens} * task.group;
  tile->row_begin = static_cast<int>(row_begin);
  tile->row_end = static_cast<int>(min(row_begin + kRows, rows));
  const int first_row = tile->first_position + tile->row_begin / task.group;
  const int last_row = tile->first_position + (tile->row_end - 1) / task.group;
  const Visible first = visible_at(last_seen(task.is_full, first_row, tile->context), task.window);
  const Visible last = visible_at(last_seen(task.is_full, last_row, tile->context), task.window);
  tile->low_page = first.low / kPageSlots;
  tile->high_page = (last.high + kPageSlots - 1) / kPageSlots - 1;
  tile->clean_begin = last.low;
  tile->clean_end = first.high;
  return row_begin < rows;
}

// What a block looks up instead of keeping it in registers, which are full.
template <int kRows>
struct TileTables {
  QueryTile tile;
  int positions[kRows];    // the last that a row sees
  int64_t offsets[kRows];  // of the rows of q and out, in elements; -1: the sequence has ended
  int ids[2];              // entries of the page table, of even and of odd pages

  __device__ void fill(const AttentionTask& task, const QueryTile& found, int head) {
    const int thread = static_cast<int>(threadIdx.x);
    if (thread == 0) {
      tile = found;
      for (int page = found.high_page; page >= max(found.low_page, found.high_page - 1); page--) {
        ids[page % 2] = *page_entry(task, found.table_row, page);
      }
    }
    if (thread < kRows) {
      const int row = found.row_begin + thread;
      const int token = row / task.group;
      const int64_t head_row = int64_t{found.query_start + token} * task.query_heads +
                               head * task.group + row % task.group;
      positions[thread] = last_seen(task.is_full, found.first_position + token, found.context);
      offsets[thread] = row < found.row_end ? head_row * task.head_dim : -1;
    }
  }
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
      for (; page >= tile_.low_page; page--) {
        if constexpr (Shape::kBuffers == 2) {
          step_ahead(page);
        } else {
          step(page);
        }
      }
    }
    commit_copies();
    wait_copies<0>();
    __syncthreads();  // nobody reads queries that are still on their way over the outputs
    write();
  }

 private:
  static __device__ int head() { return static_cast<int>(blockIdx.y); }
  static __device__ int lane() { return static_cast<int>(threadIdx.x) % 32; }
  static __device__ int warp_row() { return static_cast<int>(threadIdx.x) / 32 * Shape::kWarpRows; }

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
    load_tile<kPageSlots, kDim, Shape::kThreads>(
        to, slot_address(pages, id, head(), 0), pages.slot_stride,
        {tile_.context - page * kPageSlots, task_.head_dim / kChunkElements},
        static_cast<int>(threadIdx.x));
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

  // One page, whose K is on its way.
  __device__ void step(int page) {
    wait_copies<0>();
    __syncthreads();  // K is there for all, and all are through with the page before's V
    load_page(v_of(page), task_.v, page);
    load_id(page - 1);
    commit_copies();
    Scores scores = {};
    multiply_queries(scores, k_of(page));
    wait_copies<0>();
    __syncthreads();  // V is there for all, and all are through with K
    if (page > tile_.low_page) {
      load_page(k_of(page - 1), task_.k, page - 1);
      commit_copies();
    }
    weigh(scores, page * kPageSlots);
    multiply_values(scores, v_of(page));
  }

  // One page, whose K and V are on their way, while the next one's set out.
  __device__ void step_ahead(int page) {
    wait_copies<0>();
    __syncthreads();  // K and V are there for all, and all are through with the page before
    if (page > tile_.low_page) {
      load_page(k_of(page - 1), task_.k, page - 1);
      load_page(v_of(page - 1), task_.v, page - 1);
      load_id(page - 2);
      commit_copies();
    }
    Scores scores = {};
    multiply_queries(scores, k_of(page));
    weigh(scores, page * kPageSlots);
    multiply_values(scores, v_of(page));
  }

  // Scores of the slots from `slot` on become weights.
  __device__ void weigh(Scores& scores, int slot) {
    const bool is_masked = slot < tile_.clean_begin || slot + kPageSlots > tile_.clean_end;
#pragma unroll
    for (int m = 0; m < kRowTiles; m++) {
      if (is_masked) {
        const int row = warp_row() + 16 * m + lane() / 4;
        const Visible rows[2] = {visible_at(tables_.positions[row], task_.window),
                                 visible_at(tables_.positions[row + 8], task_.window)};
        RowPair::mask(scores[m], slot, rows);
      }
      state_[m].step(scores[m], out_[m], task_.scale_log2);
    }
  }

  // scores += Q K^T, K's rows from `keys` on. Lanes 0-15 address the rows of an A fragment's left
  // half, 16-31 of its right half; of K, each eight lanes the 8 x 8 matrices (slots 0-7, low half
  // of 16 columns), (same, high half), and the same of slots 8-15.
  __device__ void multiply_queries(Scores& scores, uint32_t keys) const {
    const uint32_t q = q_ + Shape::QTile::offset(warp_row() + lane() % 16, lane() / 16);
    const uint32_t k = keys + Shape::KvTile::offset(lane() / 16 * 8 + lane() % 8, lane() / 8 % 2);
#pragma unroll
    for (int d = 0; d < kDim / 16; d++) {
      uint32_t a[kRowTiles][4];
#pragma unroll
      for (int m = 0; m < kRowTiles; m++) {
        load_matrices(a[m], Shape::QTile::advance(q, d) + m * 16 * kSlabRowBytes);
      }
#pragma unroll
      for (int n = 0; n < kSlotTiles; n += 2) {
        uint32_t b[4];
        load_matrices(b, Shape::KvTile::advance(k, d) + n * 8 * kSlabRowBytes);
#pragma unroll
        for (int m = 0; m < kRowTiles; m++) {
          multiply_add<T>(scores[m][n], a[m], b[0], b[1]);
          multiply_add<T>(scores[m][n + 1], a[m], b[2], b[3]);
        }
      }
    }
  }

  // out += P V, P rounded to T. V's fragments are read transposed.
  __device__ void multiply_values(const Scores& weights, uint32_t values) {
    const uint32_t v = values + Shape::KvTile::offset(lane() % 16, lane() / 16);
#pragma unroll
    for (int s = 0; s < kPageSlots / 16; s++) {
      uint32_t a[kRowTiles][4];
#pragma unroll
      for (int m = 0; m < kRowTiles; m++) {
        pack_fragment<T>(a[m], weights[m][2 * s], weights[m][2 * s + 1]);
      }
#pragma unroll
      for (int d = 0; d < kDim / 16; d++) {
        uint32_t b[4];
        load_matrices_transposed(b, Shape::KvTile::advance(v, d) + s * 16 * kSlabRowBytes);
#pragma unroll
        for (int m = 0; m < kRowTiles; m++) {
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
        const int row = warp_row() + 16 * m + 8 * r + lane() / 4;
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
      const int row = warp_row() + i / kChunks;
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

  const AttentionTask& task_;
  TileTables<Shape::kRows>& tables_;
  const QueryTile& tile_;
  const uint32_t q_, k_, v_;
  RowPair state_[kRowTiles];
  float out_[kRowTiles][kDimTiles][4] = {};
};

template <class T, int kDim>
__global__ void __launch_bounds__(ForwardShape<kDim>::kThreads, ForwardShape<kDim>::kBlocks)
    flash_forward_kernel(const __grid_constant__ AttentionTask task) {
  extern __shared__ __align__(128) char forward_shared[];
  __shared__ TileTables<ForwardShape<kDim>::kRows> tables;
  // A sequence's last tiles see the most slots: they start first.
  const int64_t index = gridDim.x - 1 - int64_t{blockIdx.x};
  QueryTile found;
  if (!find_tile<ForwardShape<kDim>::kRows>(task, index, &found)) {
    return;
  }
  tables.fill(task, found, static_cast<int>(blockIdx.y));
  __syncthreads();  // the tables are there for all
  ForwardBlock<T, kDim>(task, tables, forward_shared).run();
}

template <class T, int kDim>
void FlashForward<T, kDim>::prepare() {
  check_cuda("cudaFuncSetAttribute",
             cudaFuncSetAttribute(&flash_forward_kernel<T, kDim>,
                                  cudaFuncAttributeMaxDynamicSharedMemorySize,
                                  ForwardShape<kDim>::kBytes));
}

template <class T, int kDim>
void FlashForward<T, kDim>::launch(const AttentionTask& task, cudaStream_t stream) {
  using Shape = ForwardShape<kDim>;
  const int64_t rows = int64_t{task.num_tokens - task.num_generated} * task.group;
  const int64_t tiles = rows / Shape::kRows + (task.num_sequences - task.num_generated);
  const dim3 grid(static_cast<unsigned>(tiles), static_cast<unsigned>(task.kv_heads));
  flash_forward_kernel<T, kDim><<<grid, Shape::kThreads, Shape::kBytes, stream>>>(task);
  check_launch("flash_forward_kernel");
}

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_FLASH_FORWARD_CUH_
