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

// Rows become columns, 32 bits an element: within quarters first, then the quarters.
FOVEA_INLINE void transpose(Vec (&rows)[kLanes]) {
  Vec t[kLanes];
  for (int i = 0; i < kLanes; i += 4) {
    const __m512d a = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i], rows[i + 1]));
    const __m512d b = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i], rows[i + 1]));
    const __m512d c = _mm512_castps_pd(_mm512_unpacklo_ps(rows[i + 2], rows[i + 3]));
    const __m512d d = _mm512_castps_pd(_mm512_unpackhi_ps(rows[i + 2], rows[i + 3]));
    t[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(a, c));
    t[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(a, c));
    t[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(b, d));
    t[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(b, d));
  }
  for (int i = 0; i < 4; i++) {
    const Vec a = _mm512_shuffle_f32x4(t[i], t[i + 4], 0x88);
    const Vec b = _mm512_shuffle_f32x4(t[i], t[i + 4], 0xdd);
    const Vec c = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0x88);
    const Vec d = _mm512_shuffle_f32x4(t[i + 8], t[i + 12], 0xdd);
    rows[i] = _mm512_shuffle_f32x4(a, c, 0x88);
    rows[i + 4] = _mm512_shuffle_f32x4(b, d, 0x88);
    rows[i + 8] = _mm512_shuffle_f32x4(a, c, 0xdd);
    rows[i + 12] = _mm512_shuffle_f32x4(b, d, 0xdd);
  }
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

// Words 0 to 3 of 16 rows as four vectors. Quarters of rows are put together on their way from
// memory, which leaves the shuffle port half the work of `transpose`. get(i) loads the quarter of
// row i.
FOVEA_INLINE __m128 four_pairs(const Bf16* p) {
  return _mm_loadu_ps(reinterpret_cast<const float*>(p));
}
template <class Get>
FOVEA_INLINE void load_columns(const Get& get, Vec (&columns)[4]) {
  __m512d pairs[4];
  Vec quarters[4];
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    Vec x = _mm512_castps128_ps512(get(i));
    x = _mm512_mask_broadcast_f32x4(x, 0x00f0, get(i + 4));
    x = _mm512_mask_broadcast_f32x4(x, 0x0f00, get(i + 8));
    quarters[i] = _mm512_mask_broadcast_f32x4(x, 0xf000, get(i + 12));
  }
  pairs[0] = _mm512_castps_pd(_mm512_unpacklo_ps(quarters[0], quarters[1]));
  pairs[1] = _mm512_castps_pd(_mm512_unpackhi_ps(quarters[0], quarters[1]));
  pairs[2] = _mm512_castps_pd(_mm512_unpacklo_ps(quarters[2], quarters[3]));
  pairs[3] = _mm512_castps_pd(_mm512_unpackhi_ps(quarters[2], quarters[3]));
  columns[0] = _mm512_castpd_ps(_mm512_unpacklo_pd(pairs[0], pairs[2]));
  columns[1] = _mm512_castpd_ps(_mm512_unpackhi_pd(pairs[0], pairs[2]));
  columns[2] = _mm512_castpd_ps(_mm512_unpacklo_pd(pairs[1], pairs[3]));
  columns[3] = _mm512_castpd_ps(_mm512_unpackhi_pd(pairs[1], pairs[3]));
}

// Rounds as to_bf16 does, but denormals become 0.
FOVEA_INLINE void store_rounded(Bf16* p, Vec x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                      reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x)));
}

// Pairs (low[i], high[i]) of 32 elements of two rows: those of even i, and those of odd i. This
// order needs no shuffle; n elements are there, the others are zeros.
struct PairedRows {
  Vec even, odd;
};
FOVEA_INLINE PairedRows pair_rows(const Bf16* low, const Bf16* high, int64_t n) {
  const __m512i a = Dot<Bf16>::load_some(low, n);
  const __m512i b = Dot<Bf16>::load_some(high, n);
  const __m512i upper = _mm512_set1_epi32(int32_t(0xffff0000u));
  constexpr int kSelect = 0xd8;  // third operand set: second, else first
  return {
      _mm512_castsi512_ps(_mm512_ternarylogic_epi32(a, _mm512_slli_epi32(b, 16), upper, kSelect)),
      _mm512_castsi512_ps(_mm512_ternarylogic_epi32(_mm512_srli_epi32(a, 16), b, upper, kSelect))};
}

// n of 32 elements from the order of pair_rows back to their own.
FOVEA_INLINE void store_unpaired(Bf16* out, Vec even, Vec odd, int64_t n) {
  const __m512i low = _mm512_cvtepu16_epi32(to_bf16(even));
  const __m512i high = _mm512_slli_epi32(_mm512_cvtepu16_epi32(to_bf16(odd)), 16);
  const __mmask32 mask = n >= 32 ? ~__mmask32(0) : (__mmask32(1) << n) - 1;
  _mm512_mask_storeu_epi16(out, mask, _mm512_or_si512(low, high));
}

// Lanes hold pairs of bf16: sum + a.low b.low + a.high b.high with a's pair in every lane.
FOVEA_INLINE Vec pair_step(Vec sum, uint32_t a, Vec b) {
  return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(_mm512_set1_epi32(int32_t(a))),
                          reinterpret_cast<__m512bh>(b));
}

}  // namespace fovea::FOVEA_ISA

#endif  // FOVEA_CPU_VEC_VEC_AVX512_H_
