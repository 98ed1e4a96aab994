// out = act(x[:, :F]) * x[:, F:], or act(x). A thread owns kLanes neighbouring outputs of a row.
#include "common/launch.cuh"
#include "common/storage.cuh"

namespace {

constexpr int kThreads = 256;

__device__ float activate(int32_t kind, float x) {
  switch (kind) {
    case FOVEA_SILU:
      return x / (1 + expf(-x));
    case FOVEA_GELU_TANH:
      // 0.5 x (1 + tanh(u)) = x / (1 + e^(-2u)), u = sqrt(2 / pi) (x + 0.044715 x^3).
      return x / (1 + expf(-1.5957691216057308f * fmaf(x * x * x, 0.044715f, x)));
    case FOVEA_GELU_ERF:
      return 0.5f * x * erfcf(-0.70710678118654752f * x);
    default:  // FOVEA_RELU; keeps NaN
      return x < 0 ? 0 : x;
  }
}

template <class X, class T, int kLanes>
__global__ void __launch_bounds__(kThreads) activation_kernel(FoveaActivation p) {
  fovea::let_successor_start();
  using In = fovea::Pack<X, kLanes>;
  const int64_t item = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  const int64_t packs = p.features / kLanes;
  if (item >= p.numTokens * packs) {
    return;
  }
  const int64_t n = item / packs;
  const int64_t column = item % packs;
  const In* row = reinterpret_cast<const In*>(p.x) + n * (1 + p.gated) * packs + column;
  const In gate = row[0];
  const In up = row[p.gated != 0 ? packs : 0];
  fovea::Pack<T, kLanes> out;
#pragma unroll
  for (int i = 0; i < kLanes; i++) {
    const float y = activate(p.kind, fovea::to_f32(gate.values[i]));
    out.values[i] = fovea::from_f32<T>(p.gated != 0 ? y * fovea::to_f32(up.values[i]) : y);
  }
  reinterpret_cast<fovea::Pack<T, kLanes>*>(p.out)[item] = out;
}

template <class X, class T, int kLanes>
void launch(const FoveaStream& stream, const FoveaActivation& p) {
  const unsigned blocks = fovea::blocks_for(p.numTokens * (p.features / kLanes), kThreads);
  activation_kernel<X, T, kLanes><<<blocks, kThreads, 0, stream.handle>>>(p);
}

template <class X, class T>
void launch(const FoveaStream& stream, const FoveaActivation& p) {
  constexpr int kLanes = 16 / sizeof(X);
  const bool is_packed = p.features % kLanes == 0 && p.x % 16 == 0 && p.out % 16 == 0;
  is_packed ? launch<X, T, kLanes>(stream, p) : launch<X, T, 1>(stream, p);
}

}  // namespace

int32_t activation(FoveaStream* stream, const FoveaActivation* p) {
  return fovea::on_device(stream, p, [&] {
    fovea::check_shapes(*p);
    if (p->numTokens == 0 || p->features == 0) {
      return;
    }
    fovea::with_storage(p->outType, [&](auto* tag) {
      using T = fovea::Pointee<decltype(tag)>;
      p->xType == FOVEA_F32 ? launch<float, T>(*stream, *p) : launch<T, T>(*stream, *p);
    });
    fovea::check_launch("activation_kernel");
  });
}
