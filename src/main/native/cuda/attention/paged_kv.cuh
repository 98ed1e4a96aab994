// Pages of K and V on their way to shared memory.
#ifndef FOVEA_CUDA_ATTENTION_PAGED_KV_CUH_
#define FOVEA_CUDA_ATTENTION_PAGED_KV_CUH_

#include "attention/attention.h"
#include "attention/matrix.cuh"

namespace fovea {

// Rows and entries of the page table are the host's to check; a wild one must not become a wild
// access.
__device__ inline int table_row(const AttentionTask& task, int sequence) {
  return max(min(task.table_row[sequence], task.num_table_rows - 1), 0);
}

__device__ inline const int32_t* page_entry(const AttentionTask& task, int row, int page) {
  return task.page_table + int64_t{row} * task.max_pages + page;
}

__device__ inline int checked_page(const AttentionTask& task, int id) {
  return max(min(id, task.num_pages - 1), 0);
}

__device__ inline int page_id(const AttentionTask& task, int row, int page) {
  return checked_page(task, *page_entry(task, row, page));
}

__device__ inline const char* slot_address(const Pages& pages, int id, int head, int slot) {
  return pages.base + id * pages.page_stride + head * pages.head_stride + slot * pages.slot_stride;
}

// Which rows and chunks of a tile exist: the others become zeros, never what memory holds, since
// 0 x NaN is NaN.
struct Extent {
  int rows, chunks;
};

// Enqueues the copy of kRows slots into a tile, by kThreads threads of which this is `thread`.
template <int kRows, int kDim, int kThreads>
__device__ void load_tile(uint32_t tile, const char* from, int64_t row_stride, Extent extent,
                          int thread) {
  constexpr int kChunks = Tile<kRows, kDim>::kChunks;
  constexpr int kStep = kThreads / kChunks;
  static_assert(kStep > 0 && kRows % kStep == 0, "whole steps");
  const int chunk = thread % kChunks;
  if (chunk * kChunkElements >= kDim) {
    return;  // nobody reads a last slab's columns past kDim
  }
  const int first = thread / kChunks;
  // Nothing is read of a chunk that does not exist, wherever its address points.
  const char* source = from + first * row_stride + chunk * 16;
#pragma unroll
  for (int i = 0; i < kRows / kStep; i++) {
    const int row = first + i * kStep;
    const bool exists = row < extent.rows && chunk < extent.chunks;
    copy_chunk(tile + Tile<kRows, kDim>::offset(row, chunk), source, exists ? 16 : 0);
    source += kStep * row_stride;
    asm volatile("" : "+l"(source));
  }
}

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_PAGED_KV_CUH_
