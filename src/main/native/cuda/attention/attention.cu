// Attention's border: checks what can be checked on the host, makes the task, and launches the
// kernels' instance for its type and head dim.
#include <algorithm>

#include "attention/attention.h"
#include "attention/prompt_splits.h"
#include "attention/splits.cuh"
#include "common/device.h"

namespace fovea {
namespace {

constexpr double kLog2E = 1.4426950408889634;
// Splits of one sequence alone make so many work items a multiprocessor.
constexpr int kItemsAMultiprocessor = 2;

template <class Type, int kInstanceDim>
struct Instance {
  using T = Type;
  static constexpr int kDim = kInstanceDim;
  static constexpr int kRows = FlashForward<T, kDim>::kRows;
  int type_index, dim_index;
};

// Calls body with the smallest instance that holds the head dim.
template <class T, class Body>
void with_dim(int type_index, int64_t head_dim, const Body& body) {
  if (head_dim <= 64) {
    body(Instance<T, 64>{type_index, 0});
  } else if (head_dim <= 96) {
    body(Instance<T, 96>{type_index, 1});
  } else if (head_dim <= 128) {
    body(Instance<T, 128>{type_index, 2});
  } else {
    body(Instance<T, 256>{type_index, 3});
  }
}

template <class Body>
void with_instance(int32_t type, int64_t head_dim, const Body& body) {
  if (type == FOVEA_BF16) {
    with_dim<bf16>(0, head_dim, body);
  } else {
    with_dim<f16>(1, head_dim, body);
  }
}

// Of flash_forward on the whole device.
template <class Instance>
int64_t resident_blocks(const FoveaStream& stream, const Instance& instance) {
  return int64_t{stream.forward_blocks[instance.type_index][instance.dim_index]} *
         stream.multiprocessors;
}

int target_splits(const FoveaStream& stream, const FoveaAttention& p) {
  const int group = static_cast<int>(p.queryHeads / p.kvHeads);
  const int64_t items = p.kvHeads * tiles_of_group(group, static_cast<int>(p.headDim));
  return static_cast<int>((kItemsAMultiprocessor * stream.multiprocessors + items - 1) / items);
}

// Splits that a sequence of maxPages pages or fewer can have.
int max_splits(const FoveaStream& stream, const FoveaAttention& p) {
  const int least = least_split_slots(static_cast<int>(p.queryHeads / p.kvHeads));
  const int64_t splits = (p.maxPages * kPageSlots + least - 1) / least;
  return static_cast<int>(
      std::max<int64_t>(std::min<int64_t>(target_splits(stream, p), splits), 1));
}

int64_t generated_rows(const FoveaStream& stream, const FoveaAttention& p, int64_t sequences) {
  const int splits = max_splits(stream, p);
  return splits > 1 ? sequences * splits * p.queryHeads : 0;
}

// Of partial results, as many as prompt_splits leaves room for.
int64_t prompt_rows(const FoveaStream& stream, const FoveaAttention& p) {
  int64_t rows = 0;
  if (p.maxPages >= 2 * kLeastSplitPages) {
    with_instance(p.type, p.headDim, [&](const auto& instance) {
      rows = kPromptRounds * resident_blocks(stream, instance) *
             std::decay_t<decltype(instance)>::kRows;
    });
  }
  return rows;
}

// Generated rows are merged before prompt rows begin, so that both use the same memory.
int64_t workspace_bytes(const FoveaStream& stream, const FoveaAttention& p, int64_t sequences) {
  if (p.type == FOVEA_F32) {
    return 0;
  }
  const int64_t rows = std::max(generated_rows(stream, p, sequences), prompt_rows(stream, p));
  return rows * (p.headDim + 1) * static_cast<int64_t>(sizeof(float));
}

void check_limits(const FoveaAttention& p) {
  check_range("numTokens x group", p.numTokens * (p.queryHeads / p.kvHeads), 0, INT32_MAX / 2);
  check_range("kvHeads", p.kvHeads, 1, 65535);
  check_range("numSequences", p.numSequences, 0, INT32_MAX / 2);
  check_range("numPages", p.numPages, 0, INT32_MAX);
  check_range("numTableRows", p.numTableRows, p.numSequences > 0 ? 1 : 0, INT32_MAX / 2);
  check_range("maxPages x S", p.maxPages * kPageSlots, 0, INT32_MAX / 2);
  check_range("longestPrompt", p.longestPrompt, 0, p.maxPages * kPageSlots);
  check_range("numGenerated", p.numGenerated, 0,
              std::min({p.numSequences, p.numTokens, int64_t{kMaxGenerated}}));
  if (!(p.scale > 0)) {
    fail(FOVEA_UNSUPPORTED, "scale: expected a positive number, got %g",
         static_cast<double>(p.scale));
  }
}

// 16-byte words are what the kernels read.
void check_alignment(const FoveaAttention& p) {
  const int64_t element_bytes = type_bytes("type", p.type);
  const int64_t strides = (p.kPageStride | p.kHeadStride | p.kSlotStride | p.vPageStride |
                           p.vHeadStride | p.vSlotStride) *
                          element_bytes;
  if (((p.q | p.out | p.k | p.v | p.workspace) & 15) != 0 || (strides & 15) != 0) {
    fail(FOVEA_INVALID_ARGUMENT,
         "attention: expected tensors and page strides at multiples of 16 bytes, got others");
  }
}

Pages pages_of(uint64_t base, int64_t page, int64_t head, int64_t slot, int64_t bytes) {
  return {pointer<const char>(base), page * bytes, head * bytes, slot * bytes};
}

AttentionTask task_of(const FoveaStream& stream, const FoveaAttention& p) {
  const int64_t bytes = type_bytes("type", p.type);
  AttentionTask task{};
  task.q = pointer<const void>(p.q);
  task.out = pointer<void>(p.out);
  task.k = pages_of(p.k, p.kPageStride, p.kHeadStride, p.kSlotStride, bytes);
  task.v = pages_of(p.v, p.vPageStride, p.vHeadStride, p.vSlotStride, bytes);
  task.query_start = pointer<const int32_t>(p.queryStart);
  task.context_length = pointer<const int32_t>(p.contextLength);
  task.table_row = pointer<const int32_t>(p.tableRow);
  task.page_table = pointer<const int32_t>(p.pageTable);
  task.scale = p.scale;
  task.scale_log2 = static_cast<float>(p.scale * kLog2E);
  task.num_tokens = static_cast<int>(p.numTokens);
  task.num_sequences = static_cast<int>(p.numSequences);
  task.num_generated = static_cast<int>(p.numGenerated);
  task.query_heads = static_cast<int>(p.queryHeads);
  task.kv_heads = static_cast<int>(p.kvHeads);
  task.group = static_cast<int>(p.queryHeads / p.kvHeads);
  task.head_dim = static_cast<int>(p.headDim);
  task.num_pages = static_cast<int>(p.numPages);
  task.max_pages = static_cast<int>(p.maxPages);
  task.num_table_rows = static_cast<int>(p.numTableRows);
  task.window = std::min(p.window, INT32_MAX / 2);  // all that there is; nothing overflows by it
  task.is_full = p.mask == FOVEA_FULL;
  task.partials.max_splits = max_splits(stream, p);
  task.partials.target_splits = target_splits(stream, p);
  task.partials.values = pointer<float>(p.workspace);
  task.partials.log_sums =
      task.partials.values + p.numGenerated * task.partials.max_splits * p.queryHeads * p.headDim;
  return task;
}

template <class Instance>
PromptPartials prompt_partials(const FoveaStream& stream, const FoveaAttention& p,
                               const Instance& instance) {
  const int64_t tokens = p.numTokens - p.numGenerated;
  const int64_t prompts = p.numSequences - p.numGenerated;
  const int64_t rows = tokens * (p.queryHeads / p.kvHeads);
  PromptGrid grid{};
  grid.tiles = std::max<int64_t>((rows + Instance::kRows - 1) / Instance::kRows + prompts - 1, 1);
  grid.kv_heads = p.kvHeads;
  grid.resident = resident_blocks(stream, instance);
  grid.pages = p.longestPrompt > 0 ? (p.longestPrompt + kPageSlots - 1) / kPageSlots : p.maxPages;
  PromptPartials partials{};
  partials.rows = tokens * p.queryHeads;
  partials.splits = prompt_splits(grid);
  partials.values = pointer<float>(p.workspace);
  partials.log_sums = partials.values + partials.splits * partials.rows * p.headDim;
  return partials;
}

template <class Instance>
void launch(const FoveaStream& stream, const AttentionTask& task, const Instance& instance) {
  using T = typename Instance::T;
  constexpr int kDim = Instance::kDim;
  if (task.num_generated > 0) {
    const auto& resident = stream.decode_blocks[instance.type_index][instance.dim_index];
    const int row_tiles = rows_of_item(task.group, task.head_dim) / 16;
    FlashDecode<T, kDim>::launch(task, resident[row_tiles - 1] * stream.multiprocessors,
                                 stream.handle);
    if (task.partials.max_splits > 1) {
      launch_flash_merge<T>(task, stream.handle);
    }
  }
  if (task.num_sequences > task.num_generated && task.num_tokens > task.num_generated) {
    FlashForward<T, kDim>::launch(task, stream.handle);
  }
}

void run(const FoveaStream& stream, const FoveaAttention& p) {
  check_shapes(p);
  check_limits(p);
  check_alignment(p);
  const int64_t bytes = workspace_bytes(stream, p, p.numGenerated);
  check_range("workspaceBytes", p.workspaceBytes, bytes, kMaxElements);
  check_tensor("workspace", p.workspace, {bytes});
  if (p.numTokens == 0 || p.numSequences == 0) {
    return;
  }
  AttentionTask task = task_of(stream, p);
  if (p.type == FOVEA_F32) {
    launch_attention_f32(task, stream.handle);
    return;
  }
  with_instance(p.type, p.headDim, [&](const auto& instance) {
    task.prompt_partials = prompt_partials(stream, p, instance);
    launch(stream, task, instance);
  });
}

}  // namespace

void prepare_attention(FoveaStream* stream) {
  for (const int32_t type : {FOVEA_BF16, FOVEA_F16}) {
    for (const int64_t head_dim : {64, 96, 128, 256}) {
      with_instance(type, head_dim, [&](const auto& instance) {
        using T = typename std::decay_t<decltype(instance)>::T;
        constexpr int kDim = std::decay_t<decltype(instance)>::kDim;
        stream->forward_blocks[instance.type_index][instance.dim_index] =
            FlashForward<T, kDim>::prepare();
        FlashDecode<T, kDim>::prepare(
            stream->decode_blocks[instance.type_index][instance.dim_index]);
      });
    }
  }
}

}  // namespace fovea

int32_t attention(FoveaStream* stream, const FoveaAttention* p) {
  return fovea::on_device(stream, p, [&] { fovea::run(*stream, *p); });
}

int32_t attentionWorkspace(const FoveaStream* stream, const FoveaAttention* bounds,
                           int64_t* bytes) {
  return fovea::guarded([&] {
    fovea::check_call(stream, bounds);
    fovea::check_call(stream, bytes);
    fovea::check_range("kvHeads", bounds->kvHeads, 1, 65535);
    fovea::check_range("queryHeads", bounds->queryHeads, bounds->kvHeads, fovea::kMaxElements);
    fovea::check_range("headDim", bounds->headDim, 8, fovea::kMaxHeadDim);
    fovea::check_range("maxPages", bounds->maxPages, 0, INT32_MAX / FOVEA_PAGE_SLOTS / 2);
    fovea::check_range("numSequences", bounds->numSequences, 0, fovea::kMaxGenerated);
    *bytes = fovea::workspace_bytes(*stream, *bounds, bounds->numSequences);
  });
}

const char* foveaAttentionKernel(const FoveaStream*, int32_t kvType) {
  switch (kvType) {
    case FOVEA_BF16:
      return "flash_forward+flash_decode bf16 mma.sync";
    case FOVEA_F16:
      return "flash_forward+flash_decode f16 mma.sync";
    default:
      return "attention_f32";
  }
}
