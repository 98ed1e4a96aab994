// What a tile knows of the positions walked so far, and how two such states become one.
#ifndef FOVEA_CPU_ATTENTION_STATE_H_
#define FOVEA_CPU_ATTENTION_STATE_H_

#include "vec/vec.h"

namespace fovea::FOVEA_ISA {

// Unnormalised output of rows: o [rows, padded D] scaled by 2^-maximum, its maximum (base 2) and
// its sum of weights, in one piece of memory.
struct State {
  float* o;
  float* maximum;
  float* sum;

  FOVEA_INLINE State in(float* memory, int64_t rows, int64_t padded) {
    return {memory, memory + rows * padded, memory + rows * padded + rows};
  }
};

FOVEA_INLINE void clear(const State& state, int64_t rows, int64_t padded) {
  memset(state.o, 0, static_cast<size_t>(rows * padded) * sizeof(float));
  for (int64_t r = 0; r < rows; r++) {
    state.maximum[r] = kMinusInfinity;
    state.sum[r] = 0;
  }
}

// 2^(x - maximum) with an empty state's maximum of -infinity taken as 0.
FOVEA_INLINE float weight(float x, float maximum) {
  const float base = maximum == kMinusInfinity ? 0.0f : maximum;
  return first_lane(exp2(broadcast(x - base)));
}

// into = into merged with from, which covers later positions.
FOVEA_INLINE void merge(const State& into, const State& from, int64_t rows, int64_t padded) {
  for (int64_t r = 0; r < rows; r++) {
    const float maximum = from.maximum[r] > into.maximum[r] ? from.maximum[r] : into.maximum[r];
    const float keep = weight(into.maximum[r], maximum);
    const float take = weight(from.maximum[r], maximum);
    float* o = into.o + r * padded;
    const float* more = from.o + r * padded;
    for (int64_t d = 0; d < padded; d += kLanes) {
      store(o + d, fma(load(more + d), broadcast(take), load(o + d) * broadcast(keep)));
    }
    into.sum[r] = into.sum[r] * keep + from.sum[r] * take;
    into.maximum[r] = maximum;
  }
}

}  // namespace fovea::FOVEA_ISA

#endif  // FOVEA_CPU_ATTENTION_STATE_H_
