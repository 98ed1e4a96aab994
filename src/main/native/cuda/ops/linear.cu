// out[n, outColumn + m] = sum_k x[n, k] * weight[m, k] (+ bias[m]) for at most 16 tokens, where the
// time goes into reading the weight once.
//
// x [N, K] and weight [M, K] in T (bf16 or fp16); sums fp32, rounded once; products on mma.sync.
// A block owns 16 rows of the weight for all tokens, warp w the pieces of 128 columns w, w +
// kWarps,
// ...; a lane loads 16 bytes at a time straight into the fragments that it owns, x likewise. Warps'
// sums are added in warp order, so that a token's bits depend neither on N nor on its neighbours.
// Shared memory: kWarps x 16 x 8 or 16 sums (4 or 8 KiB).
// Limits: K % 8 == 0, x and weight at multiples of 16 bytes; compute capability 8.0.
#include "attention/matrix.cuh"
#include "common/device.h"
#include "common/storage.cuh"

namespace fovea {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = 32 * kWarps;
constexpr int kRows = 16;
constexpr int kTileTokens = 8;
constexpr int kLoads = 4;  // of 32 columns, by four lanes a row
constexpr int kPiece = 32 * kLoads;

// 16 bytes that nobody reads again.
__device__ inline uint4 load_once(const void* from) {
  uint4 x;
  asm("ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];"
      : "=r"(x.x), "=r"(x.y), "=r"(x.z), "=r"(x.w)
      : "l"(from));
  return x;
}

// One warp's share of the sums. Columns are assigned to mma's k as they come in memory, eight a
// lane: weight and x agree on it, and a sum does not care.
template <class T, int kTokenTiles>
__device__ void add_products(const FoveaLinear& p, float (&sums)[kTokenTiles][4]) {
  const int lane = static_cast<int>(threadIdx.x) % 32;
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const T* rows[2];
  const T* tokens[kTokenTiles];
#pragma unroll
  for (int i = 0; i < 2; i++) {  // rows past the last read the last, for nobody
    const int64_t row = int64_t{blockIdx.x} * kRows + lane / 4 + 8 * i;
    rows[i] = reinterpret_cast<const T*>(p.weight) + min(row, p.outputs - 1) * p.inputs;
  }
#pragma unroll
  for (int i = 0; i < kTokenTiles; i++) {
    const int token = lane / 4 + kTileTokens * i;
    tokens[i] = token < p.numTokens ? reinterpret_cast<const T*>(p.x) + token * p.inputs : nullptr;
  }
  const int columns = static_cast<int>(p.inputs);
  for (int piece = warp * kPiece; piece < columns; piece += kWarps * kPiece) {
    const int first = piece + lane % 4 * 8;
    uint4 a[2][kLoads];
    uint4 b[kTokenTiles][kLoads];
#pragma unroll
    for (int j = 0; j < kLoads; j++) {
      const int k = first + 32 * j;
      const bool exists = k < columns;
#pragma unroll
      for (int i = 0; i < 2; i++) {
        a[i][j] = exists ? load_once(rows[i] + k) : uint4{};
      }
    }
#pragma unroll
    for (int j = 0; j < kLoads; j++) {
      const int k = first + 32 * j;
#pragma unroll
      for (int i = 0; i < kTokenTiles; i++) {
        const bool exists = k < columns && tokens[i] != nullptr;
        b[i][j] = exists ? __ldg(reinterpret_cast<const uint4*>(tokens[i] + k)) : uint4{};
      }
    }
#pragma unroll
    for (int j = 0; j < kLoads; j++) {
      const uint32_t low[4] = {a[0][j].x, a[1][j].x, a[0][j].y, a[1][j].y};
      const uint32_t high[4] = {a[0][j].z, a[1][j].z, a[0][j].w, a[1][j].w};
#pragma unroll
      for (int i = 0; i < kTokenTiles; i++) {
        multiply_add<T>(sums[i], low, b[i][j].x, b[i][j].y);
        multiply_add<T>(sums[i], high, b[i][j].z, b[i][j].w);
      }
    }
  }
}

template <class T>
__device__ float bias_of(const FoveaLinear& p, int64_t m) {
  if (p.bias == 0) {
    return 0;
  }
  return p.biasType == FOVEA_F32 ? reinterpret_cast<const float*>(p.bias)[m]
                                 : to_f32(reinterpret_cast<const T*>(p.bias)[m]);
}

template <class T, int kTokenTiles>
__global__ void __launch_bounds__(kThreads, 3)
    linear_kernel(const __grid_constant__ FoveaLinear p) {
  constexpr int kTokens = kTokenTiles * kTileTokens;
  __shared__ float partial[kWarps][kTokens][kRows];
  float sums[kTokenTiles][4] = {};
  add_products<T, kTokenTiles>(p, sums);
  const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
  for (int i = 0; i < kTokenTiles; i++) {
#pragma unroll
    for (int c = 0; c < 4; c++) {
      partial[threadIdx.x / 32][i * kTileTokens + lane % 4 * 2 + c % 2][lane / 4 + c / 2 * 8] =
          sums[i][c];
    }
  }
  __syncthreads();  // all warps' sums are there
  const int64_t token = threadIdx.x / kRows;
  const int64_t m = int64_t{blockIdx.x} * kRows + threadIdx.x % kRows;
  if (token >= p.numTokens || m >= p.outputs) {
    return;
  }
  float sum = 0;
#pragma unroll
  for (int warp = 0; warp < kWarps; warp++) {
    sum += partial[warp][token][threadIdx.x % kRows];
  }
  sum += bias_of<T>(p, m);
  const int64_t index = token * p.outStride + p.outColumn + m;
  if (p.outType == FOVEA_F32) {
    reinterpret_cast<float*>(p.out)[index] = sum;
  } else {
    reinterpret_cast<T*>(p.out)[index] = from_f32<T>(sum);
  }
}

void check_limits(const FoveaLinear& p) {
  check_shapes(p);
  check_type("type", p.type, FOVEA_BF16, FOVEA_F16);
  check_range("numTokens", p.numTokens, 0, 2 * kTileTokens);
  check_range("inputs", p.inputs, 1, INT32_MAX / 2);
  if (p.inputs % 8 != 0 || ((p.x | p.weight) & 15) != 0) {
    fail(FOVEA_INVALID_ARGUMENT,
         "linear: expected x, weight and their rows at multiples of 16 bytes, got others");
  }
}

template <class T>
void launch(const FoveaStream& stream, const FoveaLinear& p) {
  const unsigned blocks = blocks_for(p.outputs, kRows);
  if (p.numTokens <= kTileTokens) {
    linear_kernel<T, 1><<<blocks, kThreads, 0, stream.handle>>>(p);
  } else {
    linear_kernel<T, 2><<<blocks, kThreads, 0, stream.handle>>>(p);
  }
  check_launch("linear_kernel");
}

}  // namespace
}  // namespace fovea

int32_t linear(FoveaStream* stream, const FoveaLinear* p) {
  return fovea::on_device(stream, p, [&] {
    fovea::check_limits(*p);
    if (p->numTokens == 0 || p->outputs == 0) {
      return;
    }
    if (p->type == FOVEA_BF16) {
      fovea::launch<fovea::bf16>(*stream, *p);
    } else {
      fovea::launch<fovea::f16>(*stream, *p);
    }
  });
}
