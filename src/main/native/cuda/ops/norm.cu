// Residual add and normalisation: a block owns a row, whose sums have one order whatever the batch.
#include "common/launch.cuh"
#include "common/storage.cuh"

namespace {

using fovea::block_sum;

constexpr int kThreads = 512;

__device__ inline void prefetch(const void* address) {
  asm volatile("prefetch.global.L2 [%0];" ::"l"(address));
}

// What a thread reads and writes at once: kLanes neighbouring elements.
template <class W, class T, int kLanes>
class Row {
  using Values = fovea::Pack<float, kLanes>;
  using Weights = fovea::Pack<W, kLanes>;

 public:
  __device__ explicit Row(const FoveaNorm& p)
      : p_(p),
        packs_(p.hidden / kLanes),
        residual_(reinterpret_cast<Values*>(p.residual) + blockIdx.x * packs_),
        delta_(reinterpret_cast<const Values*>(p.delta) + blockIdx.x * packs_) {}

  // Lets the product behind this one start, and has the weights come while the row is summed.
  __device__ void start() const {
    fovea::let_successor_start();
    for (int64_t i = threadIdx.x; i < packs_; i += kThreads) {
      prefetch(reinterpret_cast<const Weights*>(p_.gamma) + i);
      if (p_.beta != 0) {
        prefetch(reinterpret_cast<const Weights*>(p_.beta) + i);
      }
    }
  }

  // residual += delta where there is one; the sum over the row of value(x).
  template <class Value>
  __device__ float add_delta(const Value& value) const {
    Values* __restrict__ residual = residual_;
    const Values* __restrict__ delta = delta_;
    float sum = 0;
#pragma unroll 4
    for (int64_t i = threadIdx.x; i < packs_; i += kThreads) {
      Values x = residual[i];
      if (p_.delta != 0) {
        const Values y = delta[i];
#pragma unroll
        for (int l = 0; l < kLanes; l++) {
          x.values[l] += y.values[l];
        }
        residual[i] = x;
      }
      sum += lanes_sum(x, value);
    }
    return block_sum<kThreads>(sum);
  }

  // Each thread reads again what it wrote itself.
  template <class Value>
  __device__ float sum_of(const Value& value) const {
    float sum = 0;
#pragma unroll 4
    for (int64_t i = threadIdx.x; i < packs_; i += kThreads) {
      sum += lanes_sum(residual_[i], value);
    }
    return block_sum<kThreads>(sum);
  }

  __device__ void write(float mean, float factor) const {
    const Values* __restrict__ residual = residual_;
    const Weights* __restrict__ gamma = reinterpret_cast<const Weights*>(p_.gamma);
    const Weights* __restrict__ beta = reinterpret_cast<const Weights*>(p_.beta);
    fovea::Pack<T, kLanes>* __restrict__ out =
        reinterpret_cast<fovea::Pack<T, kLanes>*>(p_.out) + blockIdx.x * packs_;
#pragma unroll 4
    for (int64_t i = threadIdx.x; i < packs_; i += kThreads) {
      const Values x = residual[i];
      const Weights scale = gamma[i];
      const Weights shift = beta != nullptr ? beta[i] : Weights{};
      fovea::Pack<T, kLanes> y;
#pragma unroll
      for (int l = 0; l < kLanes; l++) {
        const float scaled = (x.values[l] - mean) * factor * fovea::to_f32(scale.values[l]);
        y.values[l] =
            fovea::from_f32<T>(beta != nullptr ? scaled + fovea::to_f32(shift.values[l]) : scaled);
      }
      out[i] = y;
    }
  }

 private:
  template <class Value>
  static __device__ float lanes_sum(const Values& x, const Value& value) {
    float sum = 0;
#pragma unroll
    for (int l = 0; l < kLanes; l++) {
      sum += value(x.values[l]);
    }
    return sum;
  }

  const FoveaNorm& p_;
  const int64_t packs_;
  Values* residual_;
  const Values* delta_;
};

__device__ float inverse_root(const FoveaNorm& p, float squares) {
  return 1 / sqrtf(squares / static_cast<float>(p.hidden) + p.epsilon);
}

template <class W, class T, int kLanes>
__global__ void __launch_bounds__(kThreads) rms_norm_kernel(const __grid_constant__ FoveaNorm p) {
  const Row<W, T, kLanes> row(p);
  row.start();
  row.write(0, inverse_root(p, row.add_delta([](float x) { return x * x; })));
}

template <class W, class T, int kLanes>
__global__ void __launch_bounds__(kThreads) layer_norm_kernel(const __grid_constant__ FoveaNorm p) {
  const Row<W, T, kLanes> row(p);
  row.start();
  const float mean = row.add_delta([](float x) { return x; }) / static_cast<float>(p.hidden);
  const float squares = row.sum_of([mean](float x) { return (x - mean) * (x - mean); });
  row.write(mean, inverse_root(p, squares));
}

enum class Kind { kRms, kLayer };

template <class W, class T, int kLanes>
void launch(const FoveaStream& stream, const FoveaNorm& p, Kind kind) {
  const unsigned rows = fovea::blocks_for(p.numTokens, 1);
  if (kind == Kind::kRms) {
    rms_norm_kernel<W, T, kLanes><<<rows, kThreads, 0, stream.handle>>>(p);
  } else {
    layer_norm_kernel<W, T, kLanes><<<rows, kThreads, 0, stream.handle>>>(p);
  }
}

int32_t normalise(FoveaStream* stream, const FoveaNorm* p, Kind kind) {
  return fovea::on_device(stream, p, [&] {
    fovea::check_shapes(*p);
    if (p->numTokens == 0 || p->hidden == 0) {
      return;
    }
    const uint64_t addresses = p->residual | p->delta | p->gamma | p->beta | p->out;
    const bool is_packed = p->hidden % 4 == 0 && addresses % 16 == 0;
    fovea::with_storage(p->weightType, [&](auto* weight) {
      fovea::with_storage(p->outType, [&](auto* out) {
        using W = fovea::Pointee<decltype(weight)>;
        using T = fovea::Pointee<decltype(out)>;
        is_packed ? launch<W, T, 4>(*stream, *p, kind) : launch<W, T, 1>(*stream, *p, kind);
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
