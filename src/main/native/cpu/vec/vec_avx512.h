// AVX-512 F, BW, DQ, VL and BF16: 16 lanes.
#ifndef FOVEA_CPU_VEC_VEC_AVX512_H_
#define FOVEA_CPU_VEC_VEC_AVX512_H_

#include <immintrin.h>

namespace fovea::FOVEA_ISA {

constexpr int kLanes = 16;
constexpr bool kHasBf16Dot = true;

using Vec = __m512;

FOVEA_INLINE Vec zero() { return _mm512_setzero_ps(); }
FOVEA_INLINE Vec broadcast(float x) { return _mm512_set1_ps(x); }
FOVEA_INLINE Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
FOVEA_INLINE Vec max(Vec a, Vec b) { return _mm512_max_ps(a, b); }
FOVEA_INLINE Vec min(Vec a, Vec b) { return _mm512_min_ps(a, b); }
FOVEA_INLINE Vec round_even(Vec x) {
  return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
FOVEA_INLINE Vec scale_by_power_of_two(Vec x, Vec whole) { return _mm512_scalef_ps(x, whole); }

// x where low <= index < high, else -infinity.
FOVEA_INLINE Vec keep_between(Vec x, Vec index, float low, float high) {
  const __mmask16 keep = _mm512_cmp_ps_mask(index, broadcast(low), _CMP_GE_OQ) &
                         _mm512_cmp_ps_mask(index, broadcast(high), _CMP_LT_OQ);
  return _mm512_mask_mov_ps(broadcast(-__builtin_inff()), keep, x);
}

FOVEA_INLINE __mmask16 first_lanes(int64_t n) {
  return n >= kLanes ? __mmask16(0xffff) : static_cast<__mmask16>((1u << n) - 1);
}

FOVEA_INLINE Vec from_bf16(__m256i x) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16));
}
// Round to nearest even; NaN stays NaN. The arithmetic form, because VCVTNEPS2BF16 drops denormals.
FOVEA_INLINE __m256i to_bf16(Vec x) {
  const __m512i bits = _mm512_castps_si512(x);
  const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
  const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
  const __m512i quiet = _mm512_or_si512(bits, _mm512_set1_epi32(0x400000));
  const __mmask16 nan = _mm512_cmp_ps_mask(x, x, _CMP_UNORD_Q);
  return _mm512_cvtepi32_epi16(_mm512_srli_epi32(_mm512_mask_mov_epi32(rounded, nan, quiet), 16));
}
FOVEA_INLINE __m256i to_f16(Vec x) {
  return _mm512_cvtps_ph(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

FOVEA_INLINE Vec load(const float* p) { return _mm512_loadu_ps(p); }
FOVEA_INLINE Vec load(const Bf16* p) {
  return from_bf16(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
FOVEA_INLINE Vec load(const F16* p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
}
// The first n elements, the other lanes 0; n may exceed the lanes.
FOVEA_INLINE Vec load_some(const float* p, int64_t n) {
  return _mm512_maskz_loadu_ps(first_lanes(n), p);
}
FOVEA_INLINE Vec load_some(const Bf16* p, int64_t n) {
  return from_bf16(_mm256_maskz_loadu_epi16(first_lanes(n), p));
}
FOVEA_INLINE Vec load_some(const F16* p, int64_t n) {
  return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(first_lanes(n), p));
}

FOVEA_INLINE void store(float* p, Vec x) { _mm512_storeu_ps(p, x); }
FOVEA_INLINE void store_some(float* p, Vec x, int64_t n) {
  _mm512_mask_storeu_ps(p, first_lanes(n), x);
}
FOVEA_INLINE void store_some(Bf16* p, Vec x, int64_t n) {
  _mm256_mask_storeu_epi16(p, first_lanes(n), to_bf16(x));
}
FOVEA_INLINE void store_some(F16* p, Vec x, int64_t n) {
  _mm256_mask_storeu_epi16(p, first_lanes(n), to_f16(x));
}

// Lane i + lane i + 8, then + 4, + 2, + 1: the one horizontal tree of this instruction set.
FOVEA_INLINE float reduce_add(Vec x) {
  const __m256 y = _mm256_add_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
  const __m128 z = _mm_add_ps(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1));
  const __m128 w = _mm_add_ps(z, _mm_movehl_ps(z, z));
  return _mm_cvtss_f32(_mm_add_ss(w, _mm_movehdup_ps(w)));
}
FOVEA_INLINE float reduce_max(Vec x) {
  const __m256 y = _mm256_max_ps(_mm512_castps512_ps256(x), _mm512_extractf32x8_ps(x, 1));
  const __m128 z = _mm_max_ps(_mm256_castps256_ps128(y), _mm256_extractf128_ps(y, 1));
  const __m128 w = _mm_max_ps(z, _mm_movehl_ps(z, z));
  return _mm_cvtss_f32(_mm_max_ss(w, _mm_movehdup_ps(w)));
}

// Dot-type products: `kStep` elements of two rows into one accumulator.
template <class T>
struct Dot {
  static constexpr int kStep = 16;
  using Raw = Vec;
  FOVEA_INLINE Raw load(const T* p) { return FOVEA_ISA::load(p); }
  FOVEA_INLINE Raw load_some(const T* p, int64_t n) { return FOVEA_ISA::load_some(p, n); }
  FOVEA_INLINE Vec step(Vec sum, Raw a, Raw b) { return _mm512_fmadd_ps(a, b, sum); }
};

template <>
struct Dot<Bf16> {
  static constexpr int kStep = 32;
  using Raw = __m512i;
  FOVEA_INLINE Raw load(const Bf16* p) { return _mm512_loadu_si512(p); }
  FOVEA_INLINE Raw load_some(const Bf16* p, int64_t n) {
    const __mmask32 mask = n >= kStep ? ~__mmask32(0) : (__mmask32(1) << n) - 1;
    return _mm512_maskz_loadu_epi16(mask, p);
  }
  FOVEA_INLINE Vec step(Vec sum, Raw a, Raw b) {
    return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
};

// Lanes hold pairs of bf16: sum + a.low b.low + a.high b.high with a's pair in every lane.
FOVEA_INLINE Vec pair_step(Vec sum, uint32_t a, const uint32_t* b) {
  return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(_mm512_set1_epi32(int32_t(a))),
                          reinterpret_cast<__m512bh>(_mm512_loadu_si512(b)));
}

}  // namespace fovea::FOVEA_ISA

#endif  // FOVEA_CPU_VEC_VEC_AVX512_H_
