// out[n, outColumn + m] += bias[m]. A block owns a piece of a row.
#include "common/device.h"
#include "common/storage.cuh"

namespace {

constexpr int kThreads = 256;

template <class B, class T>
__global__ void __launch_bounds__(kThreads) add_bias_kernel(FoveaLinear p, int64_t pieces) {
  const int64_t n = blockIdx.x / pieces;
  const int64_t m = blockIdx.x % pieces * kThreads + threadIdx.x;
  if (m < p.outputs) {
    T* out = reinterpret_cast<T*>(p.out) + n * p.outStride + p.outColumn + m;
    *out = fovea::from_f32<T>(fovea::to_f32(*out) +
                              fovea::to_f32(reinterpret_cast<const B*>(p.bias)[m]));
  }
}

}  // namespace

int32_t addBias(FoveaStream* stream, const FoveaLinear* p) {
  return fovea::on_device(stream, p, [&] {
    fovea::check_outputs(*p);
    if (p->numTokens == 0 || p->outputs == 0 || p->bias == 0) {
      return;
    }
    const int64_t pieces = (p->outputs + kThreads - 1) / kThreads;
    fovea::with_storage(p->biasType, [&](auto* bias) {
      fovea::with_storage(p->outType, [&](auto* out) {
        add_bias_kernel<fovea::Pointee<decltype(bias)>, fovea::Pointee<decltype(out)>>
            <<<fovea::blocks_for(p->numTokens * pieces, 1), kThreads, 0, stream->handle>>>(*p,
                                                                                           pieces);
      });
    });
    fovea::check_launch("add_bias_kernel");
  });
}
