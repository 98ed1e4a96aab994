// out = act(gate) * up, or act(gate) alone. silu and gelu_tanh (Hendrycks and Gimpel 2016) are
// both x * sigmoid(z): no cancellation for large negative x.
#include "vec/kernels.h"
#include "vec/vec.h"

namespace fovea::FOVEA_ISA {
namespace {

FOVEA_INLINE Vec silu(Vec x) { return x / (broadcast(1.0f) + exp(zero() - x)); }

// 0.5 x (1 + tanh(u)) = x / (1 + e^(-2u)), u = sqrt(2 / pi) (x + 0.044715 x^3).
FOVEA_INLINE Vec gelu_tanh(Vec x) {
  const Vec cubic = fma(x * x * x, broadcast(0.044715f), x);
  return x / (broadcast(1.0f) + exp(cubic * broadcast(-1.5957691216057308f)));
}

FOVEA_INLINE Vec gelu_erf(Vec x) {
  float lanes[kLanes];
  store(lanes, x);
  for (float& lane : lanes) {
    lane = 0.5f * lane * __builtin_erfcf(-0.70710678118654752f * lane);
  }
  return load(lanes);
}

template <class Function>
FOVEA_INLINE void map(const float* gate, const float* up, float* out, int64_t n,
                      const Function& function) {
  for (int64_t i = 0; i < n; i += kLanes) {
    const Vec y = function(load_some(gate + i, n - i));
    store_some(out + i, up != nullptr ? y * load_some(up + i, n - i) : y, n - i);
  }
}

}  // namespace

void activate(int32_t kind, const float* gate, const float* up, float* out, int64_t n) {
  switch (kind) {
    case FOVEA_SILU:
      map(gate, up, out, n, [](Vec x) { return silu(x); });
      break;
    case FOVEA_GELU_TANH:
      map(gate, up, out, n, [](Vec x) { return gelu_tanh(x); });
      break;
    case FOVEA_GELU_ERF:
      map(gate, up, out, n, [](Vec x) { return gelu_erf(x); });
      break;
    default:  // FOVEA_RELU
      map(gate, up, out, n, [](Vec x) { return max(zero(), x); });
  }
}

}  // namespace fovea::FOVEA_ISA
