// Short float vectors of the instruction set that FOVEA_ISA names, and the conversions and
// functions built on them. Everything here is per instruction set: see common/kernel_table.h.
#ifndef FOVEA_CPU_VEC_VEC_H_
#define FOVEA_CPU_VEC_VEC_H_

#include <stdint.h>
#include <string.h>

#include <type_traits>

#include "fovea.h"

#ifndef FOVEA_ISA
#error "FOVEA_ISA must name the instruction set's namespace"
#endif

#define FOVEA_INLINE static inline __attribute__((always_inline))
#define FOVEA_MEMBER inline __attribute__((always_inline))

namespace fovea::FOVEA_ISA {

// Storage types that must not be mistaken for integers.
struct Bf16 {
  uint16_t bits;
};
struct F16 {
  uint16_t bits;
};

}  // namespace fovea::FOVEA_ISA

#if defined(FOVEA_VEC_AVX512)
#include "vec/vec_avx512.h"
#elif defined(FOVEA_VEC_AVX2)
#include "vec/vec_avx2.h"
#else
#include "vec/vec_portable.h"
#endif

namespace fovea::FOVEA_ISA {

constexpr float kMinusInfinity = -__builtin_inff();

// 0, 1, 2 ... of the lanes.
FOVEA_INLINE Vec lane_index() {
  float index[kLanes];
  for (int i = 0; i < kLanes; i++) {
    index[i] = static_cast<float>(i);
  }
  return load(index);
}
FOVEA_INLINE float first_lane(Vec x) { return x[0]; }

// max and min give their second operand where one is NaN: `max(limit, x)` keeps a NaN of x.

// The first n lanes, the others 0; n may exceed the lanes.
FOVEA_INLINE Vec keep_first(Vec x, int64_t n) {
  if (n >= kLanes) {
    return x;
  }
  float lanes[kLanes] = {};
  store_some(lanes, x, n);
  return load(lanes);
}

// Calls body with a null pointer of the storage type that `type` names.
template <class Body>
FOVEA_INLINE void with_storage(int32_t type, const Body& body) {
  switch (type) {
    case FOVEA_BF16:
      body(static_cast<const Bf16*>(nullptr));
      break;
    case FOVEA_F16:
      body(static_cast<const F16*>(nullptr));
      break;
    default:
      body(static_cast<const float*>(nullptr));
  }
}

// sum_i c[i] x^i, highest power first.
FOVEA_INLINE Vec polynomial(Vec x, const float (&c)[6]) {
  Vec y = broadcast(c[0]);
  for (int i = 1; i < 6; i++) {
    y = fma(y, x, broadcast(c[i]));
  }
  return fma(y, x, broadcast(1.0f));
}

// 2^x to about an ulp, exactly 1 at 0; below -126 it falls to 0, -infinity included.
FOVEA_INLINE Vec exp2(Vec x) {
  // Minimax on [-1/2, 1/2] with the constant fixed to 1; relative error 4e-9 before rounding.
  static constexpr float kCoefficients[6] = {0.00015469732170458883f, 0.0013410000829026103f,
                                             0.009618030861020088f,   0.05550297349691391f,
                                             0.24022650718688965f,    0.6931472420692444f};
  const Vec clamped = min(broadcast(160.0f), max(broadcast(-160.0f), x));
  const Vec whole = round_even(clamped);
  return scale_by_power_of_two(polynomial(clamped - whole, kCoefficients), whole);
}

// e^x to about an ulp; 0 below -104, infinity above 89.
FOVEA_INLINE Vec exp(Vec x) {
  static constexpr float kCoefficients[6] = {
      0.001394858118146658f, 0.008381109684705734f, 0.041666239500045776f, 0.166663259267807f, 0.5f,
      1.0000001192092896f};
  const Vec clamped = min(broadcast(110.0f), max(broadcast(-110.0f), x));
  const Vec whole = round_even(clamped * broadcast(1.4426950408889634f));
  // ln 2 in two parts, so that the reduced argument keeps its low bits (Cody and Waite 1980).
  const Vec high = fma(whole, broadcast(-0.693359375f), clamped);
  const Vec reduced = fma(whole, broadcast(2.12194440e-4f), high);
  return scale_by_power_of_two(polynomial(reduced, kCoefficients), whole);
}

}  // namespace fovea::FOVEA_ISA

#endif  // FOVEA_CPU_VEC_VEC_H_
