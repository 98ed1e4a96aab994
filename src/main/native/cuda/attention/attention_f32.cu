// Attention for fp32 storage, which tensor cores do not multiply exactly: plain, for checkpoints
// that are small. A block owns a row and query head; warp w walks the slots low + w, low + w + 4,
// ... with an online softmax of its own, lanes share D; the warps meet once, in order.
#include "attention/paged_kv.cuh"
#include "attention/softmax.cuh"
#include "common/device.h"

namespace fovea {
namespace {

constexpr int kWarps = 4;
constexpr int kMaxEach = kMaxHeadDim / 32;  // values a lane

struct Walk {
  float largest = -INFINITY;
  float sum = 0;
  float out[kMaxEach] = {};
};

__device__ int sequence_of(const AttentionTask& task, int token) {
  int low = 0;
  int high = task.num_sequences;
  while (high - low > 1) {
    const int middle = (low + high) / 2;
    (task.query_start[middle] <= token ? low : high) = middle;
  }
  return low;
}

__device__ void walk_slots(const AttentionTask& task, int row, int kv_head, const Visible& visible,
                           const float* q, Walk* walk) {
  const int lane = threadIdx.x % 32;
  for (int slot = visible.low + threadIdx.x / 32; slot < visible.high; slot += kWarps) {
    const int id = page_id(task, row, slot / kPageSlots);
    const float* k =
        reinterpret_cast<const float*>(slot_address(task.k, id, kv_head, slot % kPageSlots));
    const float* v =
        reinterpret_cast<const float*>(slot_address(task.v, id, kv_head, slot % kPageSlots));
    float dot = 0;
#pragma unroll
    for (int j = 0; j < kMaxEach; j++) {
      const int d = lane + 32 * j;
      dot = d < task.head_dim ? fmaf(q[d], k[d], dot) : dot;
    }
    const float score = warp_sum(dot) * task.scale;
    const float largest = fmaxf(walk->largest, score);
    const float shift = largest == -INFINITY ? 0 : largest;
    const float factor = expf(walk->largest - shift);
    const float weight = expf(score - shift);
    walk->largest = largest;
    walk->sum = fmaf(walk->sum, factor, weight);
#pragma unroll
    for (int j = 0; j < kMaxEach; j++) {
      const int d = lane + 32 * j;
      walk->out[j] = d < task.head_dim ? fmaf(weight, v[d], walk->out[j] * factor) : 0;
    }
  }
}

__global__ void __launch_bounds__(kWarps * 32)
    attention_f32_kernel(const __grid_constant__ AttentionTask task) {
  __shared__ float largest[kWarps];
  __shared__ float sums[kWarps];
  __shared__ float outs[kWarps][kMaxHeadDim];
  const int token = static_cast<int>(blockIdx.x / task.query_heads);
  const int head = static_cast<int>(blockIdx.x % task.query_heads);
  const int sequence = sequence_of(task, token);
  const int context = task.context_length[sequence];
  const int position = context - (task.query_start[sequence + 1] - token);
  const Visible visible = visible_at(last_seen(task.is_full, position, context), task.window);
  const int64_t row = (int64_t{token} * task.query_heads + head) * task.head_dim;
  Walk walk;
  walk_slots(task, table_row(task, sequence), head / task.group, visible,
             static_cast<const float*>(task.q) + row, &walk);
  const int warp = threadIdx.x / 32;
  largest[warp] = walk.largest;
  sums[warp] = walk.sum;
#pragma unroll
  for (int j = 0; j < kMaxEach; j++) {
    outs[warp][threadIdx.x % 32 + 32 * j] = walk.out[j];
  }
  __syncthreads();
  float top = -INFINITY;
  for (int w = 0; w < kWarps; w++) {
    top = fmaxf(top, largest[w]);
  }
  const float shift = top == -INFINITY ? 0 : top;
  for (int d = threadIdx.x; d < task.head_dim; d += kWarps * 32) {
    float sum = 0;
    float value = 0;
    for (int w = 0; w < kWarps; w++) {
      const float factor = expf(largest[w] - shift);
      sum = fmaf(sums[w], factor, sum);
      value = fmaf(outs[w][d], factor, value);
    }
    static_cast<float*>(task.out)[row + d] = sum > 0 ? value / sum : 0;
  }
}

}  // namespace

void launch_attention_f32(const AttentionTask& task, cudaStream_t stream) {
  const unsigned blocks = blocks_for(int64_t{task.num_tokens} * task.query_heads, 1);
  attention_f32_kernel<<<blocks, kWarps * 32, 0, stream>>>(task);
  check_launch("attention_f32_kernel");
}

}  // namespace fovea
