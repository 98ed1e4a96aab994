// The functions that are compiled once per instruction set, and the plain structs they take.
//
// Files under vec/ and every *_kernels.cpp are compiled several times, with FOVEA_ISA naming the
// namespace. They must not instantiate templates or inline functions of the standard library: the
// linker would keep one copy for all, maybe the one that needs AVX-512.
#ifndef FOVEA_CPU_COMMON_KERNEL_TABLE_H_
#define FOVEA_CPU_COMMON_KERNEL_TABLE_H_

#include <stdint.h>

#include "common/shapes.h"
#include "fovea.h"

namespace fovea {

// Rows [row_begin, row_end) of x against rows [out_begin, out_end) of the weight.
struct LinearBlock {
  const FoveaLinear* p;
  int64_t row_begin, row_end, out_begin, out_end;
  char* scratch;  // linear_scratch_bytes of the table
};

struct NormRow {
  float* residual;
  const float* delta;  // null: none
  const float* gamma;
  const float* beta;  // null: none
  float* out;         // may not be residual
  int64_t hidden;
  float epsilon;
};

struct RopeHead {
  const float* in;
  const float* gamma;   // null: no head norm
  const float* rotary;  // R/2 cosines, R/2 sines; null: no rotation
  float* out;
  int64_t dim, rotary_dim;  // D, R
  float epsilon;
};

// The same rows of some KV heads of one sequence: row r of a head is query token r / group, query
// head r % group of the head's group. Several heads go together where rows are few.
struct AttentionTile {
  const FoveaAttention* p;
  const int32_t* pages;  // of the sequence
  int64_t kv_head, heads, group;
  int64_t query_start;      // packed token of the sequence's first row
  int64_t first_position;   // of that token
  int64_t context;          // slots of the sequence
  int64_t row_begin, rows;  // of each head; heads x rows is at most kTileRows
};

static inline int64_t rows_of_all_heads(const AttentionTile& tile) {
  return tile.heads * tile.rows;
}

// The last slot that row `row` of each head sees, negative for none: its own position, or under a
// full mask the sequence's last.
static inline int64_t last_seen(const AttentionTile& tile, int64_t row) {
  return tile.p->mask == FOVEA_FULL ? tile.context - 1
                                    : tile.first_position + (tile.row_begin + row) / tile.group;
}

constexpr int64_t kPageSlots = FOVEA_PAGE_SLOTS;
constexpr int64_t kSpanSlots = 1024;
constexpr int64_t kTileRows = 256;
// Tiles of up to so many rows (decodes) are bound by memory.
constexpr int64_t kFewRows = 32;

struct RowScan {
  float largest;
  bool has_nan, has_finite;
};

struct KernelTable {
  const char* isa;

  void (*to_f32)(int32_t type, const void* in, float* out, int64_t n);
  void (*from_f32)(int32_t type, const float* in, void* out, int64_t n);
  void (*add)(const float* in, float* inout, int64_t n);
  void (*rms_norm_row)(const NormRow& row);
  void (*layer_norm_row)(const NormRow& row);
  void (*rope_head)(const RopeHead& head);
  // up null: not gated.
  void (*activate)(int32_t kind, const float* gate, const float* up, float* out, int64_t n);
  RowScan (*scan_row)(const float* row, int64_t n);

  void (*linear_block)(const LinearBlock& block);
  int64_t (*linear_scratch_bytes)(const FoveaLinear& p);

  // Partial results of a tile over one span: rows x (padded D) sums, then rows maxima, rows sums.
  int64_t (*attention_partial_floats)(const FoveaAttention& p, int64_t rows);
  int64_t (*attention_scratch_bytes)(const FoveaAttention& p);
  void (*attention_span)(const AttentionTile& tile, int64_t span, float* partial, char* scratch);
  // Merges `spans` partials, one after the other in memory, in rising order, and writes the rows.
  void (*attention_merge)(const AttentionTile& tile, const float* partials, int64_t spans,
                          char* scratch);
  // All spans of [span_begin, span_end) in order, then the rows: the same bits as the two above.
  void (*attention_tile)(const AttentionTile& tile, int64_t span_begin, int64_t span_end,
                         char* scratch);
  const char* (*attention_name)(int32_t kv_type);

  // Ceilings: a checksum over memory, and `rounds` of independent dot steps; FLOPs come back.
  float (*read_memory)(const void* memory, int64_t bytes);
  double (*dot_rounds)(int64_t rounds);
};

namespace portable {
const KernelTable& kernel_table();
}
namespace avx2 {
const KernelTable& kernel_table();
}
namespace avx512 {
const KernelTable& kernel_table();
}

}  // namespace fovea

#endif  // FOVEA_CPU_COMMON_KERNEL_TABLE_H_
