// Whatever the compiler targets, through its 16-byte vectors (SSE2, NEON): 4 lanes.
#ifndef FOVEA_CPU_VEC_VEC_PORTABLE_H_
#define FOVEA_CPU_VEC_VEC_PORTABLE_H_

namespace fovea::FOVEA_ISA {

constexpr int kLanes = 4;
constexpr bool kHasBf16Dot = false;

using Vec = float __attribute__((vector_size(16)));
using IntVec = int32_t __attribute__((vector_size(16)));
using WordVec = uint32_t __attribute__((vector_size(16)));

FOVEA_INLINE Vec zero() { return Vec{0, 0, 0, 0}; }
FOVEA_INLINE Vec broadcast(float x) { return Vec{x, x, x, x}; }
FOVEA_INLINE Vec fma(Vec a, Vec b, Vec c) { return a * b + c; }
FOVEA_INLINE Vec max(Vec a, Vec b) { return a > b ? a : b; }
FOVEA_INLINE Vec min(Vec a, Vec b) { return a < b ? a : b; }
// Adding 1.5 * 2^23 leaves no room for a fraction; for |x| < 2^22.
FOVEA_INLINE Vec round_even(Vec x) {
  const Vec magic = broadcast(12582912.0f);
  return (x + magic) - magic;
}
FOVEA_INLINE Vec power_of_two(IntVec exponent) {
  const WordVec bits = reinterpret_cast<WordVec>(exponent + 127) << 23;
  return reinterpret_cast<Vec>(bits);
}
// In two halves, so that results down to the denormals and up to infinity come out right.
FOVEA_INLINE Vec scale_by_power_of_two(Vec x, Vec whole) {
  const IntVec n = __builtin_convertvector(whole, IntVec);
  const IntVec half = n >> 1;
  return x * power_of_two(half) * power_of_two(n - half);
}
FOVEA_INLINE Vec keep_between(Vec x, Vec index, float low, float high) {
  const IntVec keep = (index >= broadcast(low)) & (index < broadcast(high));
  return keep ? x : broadcast(-__builtin_inff());
}

FOVEA_INLINE float from_word(uint32_t word) {
  float x;
  memcpy(&x, &word, sizeof x);
  return x;
}
FOVEA_INLINE uint32_t to_word(float x) {
  uint32_t word;
  memcpy(&word, &x, sizeof word);
  return word;
}

// IEEE 754 binary16 by its bits: the exponent is shifted, denormals are made by subtraction.
FOVEA_INLINE float from_f16(uint16_t half) {
  const uint32_t sign = uint32_t(half & 0x8000u) << 16;
  const uint32_t magnitude = half & 0x7fffu;
  if (magnitude >= 0x7c00u) {
    return from_word(sign | 0x7f800000u | (magnitude & 0x3ffu) << 13);
  }
  if (magnitude < 0x400u) {
    const float denormal = from_word(0x38800000u | magnitude << 13) - from_word(0x38800000u);
    return from_word(sign | to_word(denormal));
  }
  return from_word(sign | ((magnitude << 13) + 0x38000000u));
}
FOVEA_INLINE uint16_t to_f16(float x) {
  const uint32_t word = to_word(x);
  const uint16_t sign = uint16_t(word >> 16 & 0x8000u);
  const uint32_t magnitude = word & 0x7fffffffu;
  if (magnitude > 0x7f800000u) {
    return uint16_t(sign | 0x7e00u | (magnitude >> 13 & 0x3ffu));
  }
  if (magnitude >= 0x477ff000u) {  // 65520 and above round to infinity
    return uint16_t(sign | 0x7c00u);
  }
  if (magnitude < 0x38800000u) {  // a denormal: let the adder round at its last place
    const float shifted = from_word(magnitude) + from_word(0x3f000000u);
    return uint16_t(sign | (to_word(shifted) - 0x3f000000u));
  }
  const uint32_t rounded = magnitude - 0x38000000u + 0xfffu + (magnitude >> 13 & 1u);
  return uint16_t(sign | rounded >> 13);
}

FOVEA_INLINE Vec load(const float* p) {
  Vec x;
  memcpy(&x, p, sizeof x);
  return x;
}
FOVEA_INLINE Vec load(const Bf16* p) {
  uint16_t x[kLanes];
  memcpy(x, p, sizeof x);
  const WordVec words{x[0], x[1], x[2], x[3]};
  return reinterpret_cast<Vec>(words << 16);
}
FOVEA_INLINE Vec load(const F16* p) {
  uint16_t x[kLanes];
  memcpy(x, p, sizeof x);
  return Vec{from_f16(x[0]), from_f16(x[1]), from_f16(x[2]), from_f16(x[3])};
}
template <class T>
FOVEA_INLINE Vec load_some(const T* p, int64_t n) {
  if (n >= kLanes) {
    return load(p);
  }
  T some[kLanes] = {};
  memcpy(some, p, static_cast<size_t>(n) * sizeof(T));
  return load(some);
}

FOVEA_INLINE void store(float* p, Vec x) { memcpy(p, &x, sizeof x); }
// Round to nearest even; NaN stays NaN.
FOVEA_INLINE void store(Bf16* p, Vec x) {
  const WordVec bits = reinterpret_cast<WordVec>(x);
  const WordVec rounded = bits + ((bits >> 16) & 1u) + 0x7fffu;
  const WordVec words = (x != x ? (bits | 0x400000u) : rounded) >> 16;
  const uint16_t some[kLanes] = {uint16_t(words[0]), uint16_t(words[1]), uint16_t(words[2]),
                                 uint16_t(words[3])};
  memcpy(p, some, sizeof some);
}
FOVEA_INLINE void store(F16* p, Vec x) {
  const uint16_t some[kLanes] = {to_f16(x[0]), to_f16(x[1]), to_f16(x[2]), to_f16(x[3])};
  memcpy(p, some, sizeof some);
}
template <class T>
FOVEA_INLINE void store_some(T* p, Vec x, int64_t n) {
  if (n >= kLanes) {
    store(p, x);
    return;
  }
  T some[kLanes];
  store(some, x);
  memcpy(p, some, static_cast<size_t>(n) * sizeof(T));
}

FOVEA_INLINE float reduce_add(Vec x) { return (x[0] + x[2]) + (x[1] + x[3]); }
FOVEA_INLINE float reduce_max(Vec x) {
  const float a = x[0] > x[2] ? x[0] : x[2];
  const float b = x[1] > x[3] ? x[1] : x[3];
  return a > b ? a : b;
}

FOVEA_INLINE void transpose(Vec (&rows)[kLanes]) {
  float t[kLanes][kLanes];
  for (int i = 0; i < kLanes; i++) {
    store(t[i], rows[i]);
  }
  for (int i = 0; i < kLanes; i++) {
    rows[i] = Vec{t[0][i], t[1][i], t[2][i], t[3][i]};
  }
}

template <class T>
struct Dot {
  static constexpr int kStep = 4;
  using Raw = Vec;
  FOVEA_INLINE Raw load(const T* p) { return FOVEA_ISA::load(p); }
  FOVEA_INLINE Raw load_some(const T* p, int64_t n) { return FOVEA_ISA::load_some(p, n); }
  FOVEA_INLINE Vec step(Vec sum, Raw a, Raw b) { return sum + a * b; }
};

// 8 elements a step: even elements are the low halves of 32-bit lanes, odd ones the high halves.
template <>
struct Dot<Bf16> {
  static constexpr int kStep = 8;
  using Raw = WordVec;
  FOVEA_INLINE Raw load(const Bf16* p) {
    Raw x;
    memcpy(&x, p, sizeof x);
    return x;
  }
  FOVEA_INLINE Raw load_some(const Bf16* p, int64_t n) {
    Raw x{};
    memcpy(&x, p, static_cast<size_t>(n < kStep ? n : kStep) * sizeof(Bf16));
    return x;
  }
  FOVEA_INLINE Vec step(Vec sum, Raw a, Raw b) {
    const Vec even = reinterpret_cast<Vec>(a << 16) * reinterpret_cast<Vec>(b << 16);
    const Vec odd = reinterpret_cast<Vec>(a & 0xffff0000u) * reinterpret_cast<Vec>(b & 0xffff0000u);
    return sum + even + odd;
  }
};

}  // namespace fovea::FOVEA_ISA

#endif  // FOVEA_CPU_VEC_VEC_PORTABLE_H_
