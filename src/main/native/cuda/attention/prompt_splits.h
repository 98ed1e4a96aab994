// Into how many parts the walks of a batch's prompt rows over K and V are split. A piece of a
// prompt behind a long context has few tiles, and each of them would walk all of it while most of
// the device is idle. A function of what the host knows: the rows, the device and a bound of
// contexts.
#ifndef FOVEA_CUDA_ATTENTION_PROMPT_SPLITS_H_
#define FOVEA_CUDA_ATTENTION_PROMPT_SPLITS_H_

#include <algorithm>

#include "attention/attention.h"

namespace fovea {

// Work items, splits included, are at most so many times what is resident at once: partial results
// then take a fixed part of the workspace, 68 MB of an H200's.
constexpr int64_t kPromptRounds = 4;

// What a split more must save at least, as partial results cost time too.
constexpr double kWorthSplitting = 0.92;

struct PromptGrid {
  int64_t tiles, kv_heads;
  int64_t resident;  // blocks, of the whole device
  int64_t pages;     // of the longest context, at most

  int64_t items() const { return tiles * kv_heads; }

  // Rounds of resident blocks that whole walks would take, if each is cut into so many parts.
  double rounds(int64_t splits) const {
    const int64_t started = (items() * splits + resident - 1) / resident;
    return static_cast<double>(started) / static_cast<double>(splits);
  }
};

inline int prompt_splits(const PromptGrid& grid) {
  const int64_t most =
      std::min(kPromptRounds * grid.resident / grid.items(), grid.pages / kLeastSplitPages);
  int64_t best = 1;
  for (int64_t splits = 2; splits <= most; splits++) {
    if (grid.rounds(splits) < kWorthSplitting * grid.rounds(best)) {
      best = splits;
    }
  }
  return static_cast<int>(best);
}

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_PROMPT_SPLITS_H_
