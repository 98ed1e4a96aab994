// Storage types, conversions to and from fp32 (round to nearest even), and sums over a block.
#ifndef FOVEA_CUDA_COMMON_STORAGE_CUH_
#define FOVEA_CUDA_COMMON_STORAGE_CUH_

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "common/check.h"

namespace fovea {

using bf16 = __nv_bfloat16;
using f16 = half;

__device__ inline float to_f32(float x) { return x; }
__device__ inline float to_f32(bf16 x) { return __bfloat162float(x); }
__device__ inline float to_f32(f16 x) { return __half2float(x); }

template <class T>
__device__ T from_f32(float x);
template <>
__device__ inline float from_f32<float>(float x) {
  return x;
}
template <>
__device__ inline bf16 from_f32<bf16>(float x) {
  return __float2bfloat16_rn(x);
}
template <>
__device__ inline f16 from_f32<f16>(float x) {
  return __float2half_rn(x);
}

// `kLanes` neighbouring elements, moved as one word of up to 16 bytes where they are aligned to it.
template <class T, int kLanes>
struct alignas(sizeof(T) * kLanes) Pack {
  T values[kLanes];
};

// Calls body(tag) with a null pointer to the storage type.
template <class Body>
void with_storage(int32_t type, const Body& body) {
  switch (type) {
    case FOVEA_F32:
      body(static_cast<float*>(nullptr));
      break;
    case FOVEA_BF16:
      body(static_cast<bf16*>(nullptr));
      break;
    case FOVEA_F16:
      body(static_cast<f16*>(nullptr));
      break;
    default:
      check_floating("type", type);
  }
}

template <class Pointer>
using Pointee = std::remove_pointer_t<std::remove_reference_t<Pointer>>;

__device__ inline float warp_sum(float x) {
  for (int distance = 16; distance > 0; distance /= 2) {
    x += __shfl_xor_sync(~0u, x, distance);
  }
  return x;
}

// The sum over a block of kThreads, in one order, for every thread.
template <int kThreads>
__device__ float block_sum(float x) {
  __shared__ float sums[kThreads / 32];
  x = warp_sum(x);
  __syncthreads();  // the sums of an earlier call have been read
  if (threadIdx.x % 32 == 0) {
    sums[threadIdx.x / 32] = x;
  }
  __syncthreads();
  float total = 0;
  for (int warp = 0; warp < kThreads / 32; warp++) {
    total += sums[warp];
  }
  return total;
}

inline unsigned blocks_for(int64_t items, int64_t items_a_block) {
  const int64_t blocks = (items + items_a_block - 1) / items_a_block;
  check_range("blocks of the launch", blocks, 0, INT32_MAX);
  return static_cast<unsigned>(blocks);
}

}  // namespace fovea

#endif  // FOVEA_CUDA_COMMON_STORAGE_CUH_
