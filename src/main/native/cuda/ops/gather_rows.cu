// out[r] = x[rows[r]]; rows are moved as words, of 16 bytes where they allow it.
#include "common/device.h"
#include "common/storage.cuh"

namespace {

constexpr int kThreads = 256;

template <class Word>
__global__ void __launch_bounds__(kThreads) gather_rows_kernel(FoveaGatherRows p, int64_t words) {
  const int64_t r = blockIdx.x;
  const int32_t row = reinterpret_cast<const int32_t*>(p.rows)[r];
  const bool is_known = row >= 0 && row < p.numTokens;
  const Word* __restrict__ from = reinterpret_cast<const Word*>(p.x) + row * words;
  Word* __restrict__ to = reinterpret_cast<Word*>(p.out) + r * words;
#pragma unroll 4
  for (int64_t i = threadIdx.x; i < words; i += kThreads) {
    to[i] = is_known ? from[i] : Word{};
  }
}

}  // namespace

int32_t gatherRows(FoveaStream* stream, const FoveaGatherRows* p) {
  return fovea::on_device(stream, p, [&] {
    fovea::check_shapes(*p);
    const int64_t row_bytes = p->columns * fovea::type_bytes("type", p->type);
    if (p->numRows == 0 || row_bytes == 0) {
      return;
    }
    const unsigned blocks = fovea::blocks_for(p->numRows, 1);
    if (row_bytes % 16 == 0 && p->x % 16 == 0 && p->out % 16 == 0) {
      gather_rows_kernel<uint4><<<blocks, kThreads, 0, stream->handle>>>(*p, row_bytes / 16);
    } else {
      gather_rows_kernel<uint16_t><<<blocks, kThreads, 0, stream->handle>>>(*p, row_bytes / 2);
    }
    fovea::check_launch("gather_rows_kernel");
  });
}
