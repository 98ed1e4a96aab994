// Tensor-core matrix products on 16-bit tiles in shared memory: mma.sync m16n8k16, ldmatrix and
// cp.async, all of compute capability 8.0.
//
// Fragments (PTX ISA, "Matrix Fragments for mma.m16n8k16"): lane = 4 g + t holds of A the rows g
// and g + 8, of B the column g, of C the rows g and g + 8 and the columns 2t, 2t + 1.
#ifndef FOVEA_CUDA_ATTENTION_MATRIX_CUH_
#define FOVEA_CUDA_ATTENTION_MATRIX_CUH_

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

#include "common/storage.cuh"

namespace fovea {

constexpr int kChunkElements = 8;  // 16 bytes: what cp.async and a row of ldmatrix move
constexpr int kSlabChunks = 8;     // 128 bytes: all banks once
constexpr int kSlabRowBytes = 128;

// kRows x kDim elements as slabs of 64 columns. A row's chunk c of a slab lies at c ^ (row % 8), so
// that ldmatrix meets every bank once, along rows and down columns alike.
template <int kRows, int kDim>
struct Tile {
  static constexpr int kSlabs = (kDim + 63) / 64;
  static constexpr int kChunks = kSlabs * kSlabChunks;  // a row, a power of two; some past kDim
  static constexpr int kBytes = kSlabs * kRows * kSlabRowBytes;

  static __device__ uint32_t offset(int row, int chunk) {
    return static_cast<uint32_t>((chunk / kSlabChunks * kRows + row) * kSlabRowBytes +
                                 ((chunk ^ row) % kSlabChunks) * 16);
  }

  // The address 16 * step columns further, from that of a chunk 0 or 1.
  static __device__ uint32_t advance(uint32_t address, int step) {
    return (address ^ static_cast<uint32_t>(step % 4 * 32)) +
           static_cast<uint32_t>(step / 4 * kRows * kSlabRowBytes);
  }
};

__device__ inline uint32_t shared_address(const void* pointer) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(pointer));
}

// Copies `bytes` (16 or 0) and fills the rest of the chunk with zeros.
__device__ inline void copy_chunk(uint32_t to, const void* from, int bytes) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(bytes)
               : "memory");
}

// Four bytes.
__device__ inline void copy_word(uint32_t to, const void* from) {
  asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(to), "l"(from) : "memory");
}

__device__ inline void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }

template <int kPending>
__device__ void wait_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
}

__device__ inline void load_matrices(uint32_t (&r)[4], uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address));
}

__device__ inline void load_matrices_transposed(uint32_t (&r)[4], uint32_t address) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address));
}

template <class T>
__device__ void multiply_add(float (&c)[4], const uint32_t (&a)[4], uint32_t b0, uint32_t b1);

template <>
__device__ inline void multiply_add<bf16>(float (&c)[4], const uint32_t (&a)[4], uint32_t b0,
                                          uint32_t b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

template <>
__device__ inline void multiply_add<f16>(float (&c)[4], const uint32_t (&a)[4], uint32_t b0,
                                         uint32_t b1) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 "
      "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

template <class T>
__device__ uint32_t pack_pair(float low, float high);

template <>
__device__ inline uint32_t pack_pair<bf16>(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<const uint32_t*>(&pair);
}

template <>
__device__ inline uint32_t pack_pair<f16>(float low, float high) {
  const __half2 pair = __floats2half2_rn(low, high);
  return *reinterpret_cast<const uint32_t*>(&pair);
}

// A fragment of 16 x 16 from two neighbouring C tiles: the layouts agree, no exchange is needed.
template <class T>
__device__ void pack_fragment(uint32_t (&a)[4], const float (&left)[4], const float (&right)[4]) {
  a[0] = pack_pair<T>(left[0], left[1]);
  a[1] = pack_pair<T>(left[2], left[3]);
  a[2] = pack_pair<T>(right[0], right[1]);
  a[3] = pack_pair<T>(right[2], right[3]);
}

__device__ inline float quad_max(float x) {
  x = fmaxf(x, __shfl_xor_sync(~0u, x, 1));
  return fmaxf(x, __shfl_xor_sync(~0u, x, 2));
}

__device__ inline float quad_sum(float x) {
  x += __shfl_xor_sync(~0u, x, 1);
  return x + __shfl_xor_sync(~0u, x, 2);
}

__device__ inline float exp2_approximate(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

}  // namespace fovea

#endif  // FOVEA_CUDA_ATTENTION_MATRIX_CUH_
