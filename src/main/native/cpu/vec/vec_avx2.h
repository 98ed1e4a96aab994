// AVX2 with FMA and F16C: 8 lanes.
#ifndef FOVEA_CPU_VEC_VEC_AVX2_H_
#define FOVEA_CPU_VEC_VEC_AVX2_H_

#include <immintrin.h>

namespace fovea::FOVEA_ISA {

constexpr int kLanes = 8;
constexpr bool kHasBf16Dot = false;

using Vec = __m256;

FOVEA_INLINE Vec zero() { return _mm256_setzero_ps(); }
FOVEA_INLINE Vec broadcast(float x) { return _mm256_set1_ps(x); }
FOVEA_INLINE Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
FOVEA_INLINE Vec max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
FOVEA_INLINE Vec min(Vec a, Vec b) { return _mm256_min_ps(a, b); }
FOVEA_INLINE Vec round_even(Vec x) {
  return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// In two halves, so that results down to the denormals and up to infinity come out right.
FOVEA_INLINE Vec scale_by_power_of_two(Vec x, Vec whole) {
  const __m256i n = _mm256_cvtps_epi32(whole);
  const __m256i half = _mm256_srai_epi32(n, 1);
  const __m256i bias = _mm256_set1_epi32(127);
  const auto power = [&](__m256i e) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(e, bias), 23));
  };
  return x * power(half) * power(_mm256_sub_epi32(n, half));
}

FOVEA_INLINE Vec keep_between(Vec x, Vec index, float low, float high) {
  const Vec keep = _mm256_and_ps(_mm256_cmp_ps(index, broadcast(low), _CMP_GE_OQ),
                                 _mm256_cmp_ps(index, broadcast(high), _CMP_LT_OQ));
  return _mm256_blendv_ps(broadcast(-__builtin_inff()), x, keep);
}

FOVEA_INLINE Vec from_bf16(__m128i x) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(x), 16));
}
// Round to nearest even; NaN stays NaN.
FOVEA_INLINE __m128i to_bf16(Vec x) {
  const __m256i bits = _mm256_castps_si256(x);
  const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
  const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
  const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
  const __m256 nan = _mm256_cmp_ps(x, x, _CMP_UNORD_Q);
  const __m256i words =
      _mm256_srli_epi32(_mm256_castps_si256(_mm256_blendv_ps(_mm256_castsi256_ps(rounded),
                                                             _mm256_castsi256_ps(quiet), nan)),
                        16);
  return _mm_packus_epi32(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}
FOVEA_INLINE __m128i to_f16(Vec x) {
  return _mm256_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

FOVEA_INLINE Vec load(const float* p) { return _mm256_loadu_ps(p); }
FOVEA_INLINE Vec load(const Bf16* p) {
  return from_bf16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}
FOVEA_INLINE Vec load(const F16* p) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
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

FOVEA_INLINE void store(float* p, Vec x) { _mm256_storeu_ps(p, x); }
FOVEA_INLINE void store(Bf16* p, Vec x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), to_bf16(x));
}
FOVEA_INLINE void store(F16* p, Vec x) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), to_f16(x));
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

// Lane i + lane i + 4, then + 2, + 1: the one horizontal tree of this instruction set.
FOVEA_INLINE float reduce_add(Vec x) {
  const __m128 z = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  const __m128 w = _mm_add_ps(z, _mm_movehl_ps(z, z));
  return _mm_cvtss_f32(_mm_add_ss(w, _mm_movehdup_ps(w)));
}
FOVEA_INLINE float reduce_max(Vec x) {
  const __m128 z = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
  const __m128 w = _mm_max_ps(z, _mm_movehl_ps(z, z));
  return _mm_cvtss_f32(_mm_max_ss(w, _mm_movehdup_ps(w)));
}

// Rows become columns: within halves first, then the halves.
FOVEA_INLINE void transpose(Vec (&rows)[kLanes]) {
  Vec t[kLanes];
  for (int i = 0; i < kLanes; i += 4) {
    const __m256d a = _mm256_castps_pd(_mm256_unpacklo_ps(rows[i], rows[i + 1]));
    const __m256d b = _mm256_castps_pd(_mm256_unpackhi_ps(rows[i], rows[i + 1]));
    const __m256d c = _mm256_castps_pd(_mm256_unpacklo_ps(rows[i + 2], rows[i + 3]));
    const __m256d d = _mm256_castps_pd(_mm256_unpackhi_ps(rows[i + 2], rows[i + 3]));
    t[i] = _mm256_castpd_ps(_mm256_unpacklo_pd(a, c));
    t[i + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(a, c));
    t[i + 2] = _mm256_castpd_ps(_mm256_unpacklo_pd(b, d));
    t[i + 3] = _mm256_castpd_ps(_mm256_unpackhi_pd(b, d));
  }
  for (int i = 0; i < 4; i++) {
    rows[i] = _mm256_permute2f128_ps(t[i], t[i + 4], 0x20);
    rows[i + 4] = _mm256_permute2f128_ps(t[i], t[i + 4], 0x31);
  }
}

template <class T>
struct Dot {
  static constexpr int kStep = 8;
  using Raw = Vec;
  FOVEA_INLINE Raw load(const T* p) { return FOVEA_ISA::load(p); }
  FOVEA_INLINE Raw load_some(const T* p, int64_t n) { return FOVEA_ISA::load_some(p, n); }
  FOVEA_INLINE Vec step(Vec sum, Raw a, Raw b) { return _mm256_fmadd_ps(a, b, sum); }
};

// 16 elements a step: even elements are the low halves of 32-bit lanes, odd ones the high halves.
template <>
struct Dot<Bf16> {
  static constexpr int kStep = 16;
  using Raw = __m256i;
  FOVEA_INLINE Raw load(const Bf16* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  FOVEA_INLINE Raw load_some(const Bf16* p, int64_t n) {
    if (n >= kStep) {
      return load(p);
    }
    Bf16 some[kStep] = {};
    memcpy(some, p, static_cast<size_t>(n) * sizeof(Bf16));
    return load(some);
  }
  FOVEA_INLINE Vec even(Raw x) { return _mm256_castsi256_ps(_mm256_slli_epi32(x, 16)); }
  FOVEA_INLINE Vec odd(Raw x) {
    return _mm256_castsi256_ps(_mm256_and_si256(x, _mm256_set1_epi32(int32_t(0xffff0000u))));
  }
  FOVEA_INLINE Vec step(Vec sum, Raw a, Raw b) {
    return _mm256_fmadd_ps(odd(a), odd(b), _mm256_fmadd_ps(even(a), even(b), sum));
  }
};

}  // namespace fovea::FOVEA_ISA

#endif  // FOVEA_CPU_VEC_VEC_AVX2_H_
