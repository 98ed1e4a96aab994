// A tile of a sequence's query rows: which one a block owns, and what its rows see.
#ifndef FOVEA_CUDA_ATTENTION_QUERY_TILE_CUH_
#define FOVEA_CUDA_ATTENTION_QUERY_TILE_CUH_

#include "attention/paged_kv.cuh"
#include "attention/softmax.cuh"

namespace fovea {

struct QueryTile {
  int table_row;  // of the sequence
  int query_start;
  int row_begin, row_end;  // of the sequence's (token, head of the group) rows
  int first_position;      // of the sequence's first row
  int context;
  int low_page, high_page;     // that some row sees, both included
  int half_page;               // the last that a row of the first half sees
  int clean_begin, clean_end;  // slots between which all rows see all
  int split;                   // which part of the walk the pages are; -1: all of it

  // Splits of the walk over all pages, at most `splits` and none of few pages.
  __device__ int count_splits(int splits) const {
    return max((num_pages() + split_pages(splits) - 1) / split_pages(splits), 1);
  }

  // Leaves it a split's pages, the last ones to the first split.
  __device__ void keep_split(int index, int splits) {
    const int pages = split_pages(splits);
    high_page -= index * pages;
    low_page = max(low_page, high_page - pages + 1);
    split = index;
  }

 private:
  __device__ int num_pages() const { return high_page - low_page + 1; }

  __device__ int split_pages(int splits) const {
    return max((num_pages() + splits - 1) / splits, kLeastSplitPages);
  }
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
  const auto visible = [&](int row) {
    const int position = tile->first_position + row / task.group;
    return visible_at(last_seen(task.is_full, position, tile->context), task.window);
  };
  const auto last_page = [](const Visible& row) {
    return (row.high + kPageSlots - 1) / kPageSlots - 1;
  };
  const Visible first = visible(tile->row_begin);
  const Visible last = visible(tile->row_end - 1);
  tile->low_page = first.low / kPageSlots;
  tile->high_page = last_page(last);
  tile->half_page = last_page(visible(min(tile->row_begin + kRows / 2, tile->row_end) - 1));
  tile->clean_begin = last.low;
  tile->clean_end = first.high;
  tile->split = -1;
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
    }
    const int page = found.high_page - thread;  // side by side: memory is far away
    if (thread < 2 && page >= found.low_page) {
      ids[page % 2] = *page_entry(task, found.table_row, page);
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

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_QUERY_TILE_CUH_
