// How many KV heads of a batch's prompts are worked at side by side: as many as leave their keys
// and values in the second-level cache, through which every tile of a head reads them again. A
// function of what the host knows, the prompts' mean length: what they had in context before is not
// counted.
#ifndef FOVEA_CUDA_ATTENTION_SECTIONS_H_
#define FOVEA_CUDA_ATTENTION_SECTIONS_H_

#include <algorithm>

#include "attention/attention.h"

namespace fovea {

// Of a prompt's keys and values. An H100's cache has 50 MB, shared with queries and outputs.
constexpr int64_t kSectionBytes = int64_t{32} << 20;

inline int section_heads(const AttentionTask& task, int64_t element_bytes) {
  const int64_t tokens = task.num_tokens - task.num_generated;
  const int64_t prompts = task.num_sequences - task.num_generated;
  const int64_t slot_bytes = 2 * task.kv_heads * task.head_dim * element_bytes;
  const int64_t sections = (tokens / prompts * slot_bytes + kSectionBytes - 1) / kSectionBytes;
  const int64_t count = std::clamp<int64_t>(sections, 1, task.kv_heads);
  return static_cast<int>((task.kv_heads + count - 1) / count);
}

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_SECTIONS_H_
