// out[places[j]] = ids[sources[j]], a negative id as 0. A thread owns a j.
#include "common/device.h"
#include "common/storage.cuh"

namespace {

constexpr int kThreads = 256;

__global__ void __launch_bounds__(kThreads) put_ids_kernel(FoveaPutIds p) {
  const int64_t j = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  if (j >= p.count) {
    return;
  }
  const int64_t source = p.sources != 0 ? reinterpret_cast<const int32_t*>(p.sources)[j] : j;
  const int64_t place = reinterpret_cast<const int32_t*>(p.places)[j];
  if (source >= 0 && source < p.numIds && place >= 0 && place < p.size) {
    reinterpret_cast<int32_t*>(p.out)[place] =
        max(reinterpret_cast<const int32_t*>(p.ids)[source], 0);
  }
}

}  // namespace

int32_t putIds(FoveaStream* stream, const FoveaPutIds* p) {
  return fovea::on_device(stream, p, [&] {
    fovea::check_shapes(*p);
    if (p->count == 0) {
      return;
    }
    put_ids_kernel<<<fovea::blocks_for(p->count, kThreads), kThreads, 0, stream->handle>>>(*p);
    fovea::check_launch("put_ids_kernel");
  });
}
