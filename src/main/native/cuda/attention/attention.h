// What attention's kernels are given, and the kernels' instances: one a source file, which CMake
// writes, so that they compile side by side.
#ifndef FOVEA_CUDA_ATTENTION_ATTENTION_H_
#define FOVEA_CUDA_ATTENTION_ATTENTION_H_

#include <cuda_runtime.h>

#include <cstdint>

#include "fovea.h"

namespace fovea {

constexpr int kPageSlots = FOVEA_PAGE_SLOTS;
constexpr int kLeastSplitPages = 16;  // of a prompt row's walk over K and V
constexpr int kMaxGenerated = 4096;   // sequences; flash_decode keeps a word for 32 of them

// K or V: strides in bytes.
struct Pages {
  const char* base;
  int64_t page_stride, head_stride, slot_stride;
};

// The partial results of generated rows: split s of sequence i and head h has D values at
// ((i * max_splits + s) * Hq + h) * D and the base-2 logarithm of its sum of exponentials.
struct Partials {
  float* values;
  float* log_sums;
  int max_splits;
  int target_splits;  // of one sequence alone on the device
};

// Prompt rows whose walks over K and V are split, where their tiles are too few for the device:
// split s of row r, of query heads Hq, counted over all prompt rows, has D values at
// (s * rows + r) * D and, as above, a logarithm. A tile's walk has as many splits or fewer.
struct PromptPartials {
  float* values;
  float* log_sums;
  int64_t rows;
  int splits;
};

struct AttentionTask {
  const void* q;
  void* out;
  Pages k, v;
  const int32_t *query_start, *context_length, *table_row, *page_table;
  Partials partials;
  PromptPartials prompt_partials;
  float scale, scale_log2;  // the latter times log2(e)
  int num_tokens, num_sequences, num_generated, query_heads, kv_heads, group, head_dim;
  int num_pages, max_pages, num_table_rows, window;
  bool is_full;  // every row sees its whole sequence; else causal
};

// Prompt rows: the sequences from num_generated on.
template <class T, int kDim>
struct FlashForward {
  static constexpr int kRows = kDim <= 128 ? 128 : 64;  // of a tile
  // Resident blocks a multiprocessor.
  static int prepare();
  static void launch(const AttentionTask& task, cudaStream_t stream);
};

// Generated rows, one a sequence. `blocks` resident blocks share the work.
template <class T, int kDim>
struct FlashDecode {
  // Resident blocks a multiprocessor where an item has 16 and 32 rows.
  static void prepare(int (&resident)[2]);
  static void launch(const AttentionTask& task, int blocks, cudaStream_t stream);
};

template <class T>
void launch_flash_merge(const AttentionTask& task, cudaStream_t stream);

// All rows, fp32 storage.
void launch_attention_f32(const AttentionTask& task, cudaStream_t stream);

// Raises the kernels' shared-memory limits on the current device and fills the stream's answers.
void prepare_attention(FoveaStream* stream);

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_ATTENTION_H_
