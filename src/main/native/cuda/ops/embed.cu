// out[n] = table[tokens[n]] (+ positionTable[positions[n]]), fp32. A block owns a row.
#include "common/device.h"
#include "common/storage.cuh"

namespace {

constexpr int kThreads = 512;

template <class T>
__global__ void __launch_bounds__(kThreads) embed_kernel(FoveaEmbed p) {
  const int64_t n = blockIdx.x;
  const int32_t token = reinterpret_cast<const int32_t*>(p.tokens)[n];
  const T* __restrict__ row = reinterpret_cast<const T*>(p.table) + token * p.hidden;
  const T* __restrict__ position_row = nullptr;
  bool is_known = token >= 0 && token < p.vocabulary;
  if (p.positionTable != 0) {
    const int32_t position = reinterpret_cast<const int32_t*>(p.positions)[n];
    is_known = is_known && position >= 0 && position < p.maxPositions;
    position_row = reinterpret_cast<const T*>(p.positionTable) + position * p.hidden;
  }
  float* __restrict__ out = reinterpret_cast<float*>(p.out) + n * p.hidden;
#pragma unroll 4
  for (int64_t i = threadIdx.x; i < p.hidden; i += kThreads) {
    float x = 0;
    if (is_known) {
      x = fovea::to_f32(row[i]);
      if (position_row != nullptr) {
        x += fovea::to_f32(position_row[i]);
      }
    }
    out[i] = x;
  }
}

}  // namespace

int32_t embed(FoveaStream* stream, const FoveaEmbed* p) {
  return fovea::on_device(stream, p, [&] {
    fovea::check_shapes(*p);
    if (p->numTokens == 0 || p->hidden == 0) {
      return;
    }
    fovea::with_storage(p->tableType, [&](auto* tag) {
      embed_kernel<fovea::Pointee<decltype(tag)>>
          <<<fovea::blocks_for(p->numTokens, 1), kThreads, 0, stream->handle>>>(*p);
    });
    fovea::check_launch("embed_kernel");
  });
}
