// Residual add and normalisation: a block owns a row, whose sums have one order whatever the batch.
#include "common/device.h"
#include "common/storage.cuh"

namespace {

using fovea::block_sum;

constexpr int kThreads = 256;

// Adds delta, where there is one, and gives the sum over the row of value(x).
template <class Value>
__device__ float sum_row(const FoveaNorm& p, float* residual, const float* delta,
                         const Value& value) {
  float sum = 0;
  for (int64_t i = threadIdx.x; i < p.hidden; i += kThreads) {
    float x = residual[i];
    if (delta != nullptr) {
      x += delta[i];
      residual[i] = x;
    }
    sum += value(x);
  }
  return block_sum<kThreads>(sum);
}

template <class W, class T>
struct Row {
  float* residual;
  const float* delta;
  const W* gamma;
  const W* beta;
  T* out;

  __device__ explicit Row(const FoveaNorm& p)
      : residual(reinterpret_cast<float*>(p.residual) + blockIdx.x * p.hidden),
        delta(p.delta != 0 ? reinterpret_cast<const float*>(p.delta) + blockIdx.x * p.hidden
                           : nullptr),
        gamma(reinterpret_cast<const W*>(p.gamma)),
        beta(reinterpret_cast<const W*>(p.beta)),
        out(reinterpret_cast<T*>(p.out) + blockIdx.x * p.hidden) {}

  // Each thread reads again what it wrote itself.
  __device__ void write(const FoveaNorm& p, float mean, float factor) const {
    for (int64_t i = threadIdx.x; i < p.hidden; i += kThreads) {
      float y = (residual[i] - mean) * factor * fovea::to_f32(gamma[i]);
      if (beta != nullptr) {
        y += fovea::to_f32(beta[i]);
      }
      out[i] = fovea::from_f32<T>(y);
    }
  }
};

template <class W, class T>
__global__ void __launch_bounds__(kThreads) rms_norm_kernel(FoveaNorm p) {
  const Row<W, T> row(p);
  const float squares = sum_row(p, row.residual, row.delta, [](float x) { return x * x; });
  row.write(p, 0, 1 / sqrtf(squares / static_cast<float>(p.hidden) + p.epsilon));
}

template <class W, class T>
__global__ void __launch_bounds__(kThreads) layer_norm_kernel(FoveaNorm p) {
  const Row<W, T> row(p);
  const float total = sum_row(p, row.residual, row.delta, [](float x) { return x; });
  const float mean = total / static_cast<float>(p.hidden);
  const float squares =
      sum_row(p, row.residual, nullptr, [mean](float x) { return (x - mean) * (x - mean); });
  row.write(p, mean, 1 / sqrtf(squares / static_cast<float>(p.hidden) + p.epsilon));
}

enum class Kind { kRms, kLayer };

template <class W, class T>
void launch(const FoveaStream& stream, const FoveaNorm& p, Kind kind) {
  const unsigned rows = fovea::blocks_for(p.numTokens, 1);
  if (kind == Kind::kRms) {
    rms_norm_kernel<W, T><<<rows, kThreads, 0, stream.handle>>>(p);
  } else {
    layer_norm_kernel<W, T><<<rows, kThreads, 0, stream.handle>>>(p);
  }
}

int32_t normalise(FoveaStream* stream, const FoveaNorm* p, Kind kind) {
  return fovea::on_device(stream, p, [&] {
    fovea::check_shapes(*p);
    if (p->numTokens == 0 || p->hidden == 0) {
      return;
    }
    fovea::with_storage(p->weightType, [&](auto* weight) {
      fovea::with_storage(p->outType, [&](auto* out) {
        launch<fovea::Pointee<decltype(weight)>, fovea::Pointee<decltype(out)>>(*stream, *p, kind);
      });
    });
    fovea::check_launch(kind == Kind::kRms ? "rms_norm_kernel" : "layer_norm_kernel");
  });
}

}  // namespace

int32_t rmsNorm(FoveaStream* stream, const FoveaNorm* p) {
  return normalise(stream, p, Kind::kRms);
}

int32_t layerNorm(FoveaStream* stream, const FoveaNorm* p) {
  return normalise(stream, p, Kind::kLayer);
}
