// out[n, outColumn + m] = sum_k x[n, k] * weight[m, k] (+ bias[m]) for at most 16 tokens, where the
// time goes into reading the weight once.
//
// x [N, K] and weight [M, K] in T (bf16 or fp16); sums fp32, rounded once; products on mma.sync.
// A block owns 16 rows of the weight for all tokens, warp w the pieces of 128 columns w, w + kWarps
// and so on; a lane loads 16 bytes at a time straight into the fragments that it owns, x likewise.
// Warps' sums are added in warp order, so that a token's bits depend neither on N nor on its
// neighbours.
// Shared memory: kWarps x 16 x 8 or 16 sums (4 or 8 KiB).
// Limits: K % 8 == 0, x and weight at multiples of 16 bytes; compute capability 8.0.
#include "attention/matrix.cuh"
#include "common/launch.cuh"
#include "common/storage.cuh"

namespace fovea {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = 32 * kWarps;
constexpr int kRows = 16;
constexpr int kTileTokens = 8;
constexpr int kLoads = 4;  // of 32 columns, by four lanes a row
constexpr int kPiece = 32 * kLoads;
constexpr int kStep = kWarps * kPiece;

// 16 bytes of the weight that nobody reads again, or zeros. Predicated, since branches cost
// registers. ptxas 13.0 moves ld.global.nc behind the wait for the kernel before, wherever it is
// written; without .nc it would stay ahead, which nobody has timed yet.
__device__ inline uint4 load_once(const void* from, bool exists) {
  uint4 x;
  asm volatile(
      "{\n"
      ".reg .pred exists;\n"
      "setp.ne.u32 exists, %5, 0;\n"
      "mov.b32 %0, 0;\n"
      "mov.b32 %1, 0;\n"
      "mov.b32 %2, 0;\n"
      "mov.b32 %3, 0;\n"
      "@exists ld.global.nc.L1::no_allocate.v4.u32 {%0, %1, %2, %3}, [%4];\n"
      "}"
      : "=&r"(x.x), "=&r"(x.y), "=&r"(x.z), "=&r"(x.w)
      : "l"(from), "r"(static_cast<uint32_t>(exists)));
  return x;
}

// One warp's share of the sums. Columns are assigned to mma's k as they come in memory, eight a
// lane: weight and x agree on it, and a sum does not care. What has been multiplied makes room for
// the next piece's load at once, so that loads are always under way.
template <class T, int kTokenTiles>
class WarpSums {
  static constexpr int kTokenLoads = kTokenTiles == 1 ? kLoads : kLoads / 2;

 public:
  __device__ explicit WarpSums(const FoveaLinear& p)
      : columns_(static_cast<int>(p.inputs)),
        column_(static_cast<int>(threadIdx.x) / 32 * kPiece + lane() % 4 * 8) {
    const int line = lane() / 4;
#pragma unroll
    for (int i = 0; i < 2; i++) {  // rows past the last read the last, for nobody
      const int64_t row = min(int64_t{blockIdx.x} * kRows + line + 8 * i, p.outputs - 1);
      rows_[i] = reinterpret_cast<const T*>(p.weight) + row * p.inputs + column_;
    }
#pragma unroll
    for (int i = 0; i < kTokenTiles; i++) {
      const int64_t token = line + kTileTokens * i;
      exists_[i] = token < p.numTokens;
      tokens_[i] = reinterpret_cast<const T*>(p.x) + (exists_[i] ? token * p.inputs : 0);
    }
  }

  // The weight's first piece, which may be read while the kernel before still runs.
  __device__ void start_weight() {
#pragma unroll
    for (int j = 0; j < kLoads; j++) {
      load_weight(j);
    }
  }

  __device__ void start_tokens() {
#pragma unroll
    for (int j = 0; j < kTokenLoads; j++) {
      load_tokens(j);
    }
  }

  __device__ void add(float (&sums)[kTokenTiles][4]) {
    while (column_ - lane() % 4 * 8 < columns_) {  // as long as any lane has columns
#pragma unroll
      for (int j = 0; j < kLoads; j++) {
        multiply(j, sums);
        load_weight(j + kLoads);
        load_tokens(j + kTokenLoads);
      }
      advance();
    }
  }

 private:
  static __device__ int lane() { return static_cast<int>(threadIdx.x) % 32; }

  // The j-th load's distance from the piece's first; from kLoads on it is the next piece's.
  static constexpr __device__ int offset(int j) { return j / kLoads * kStep + j % kLoads * 32; }
  __device__ bool has_columns(int j) const { return column_ + offset(j) < columns_; }

  __device__ void load_weight(int j) {
#pragma unroll
    for (int i = 0; i < 2; i++) {
      a_[i][j % kLoads] = load_once(rows_[i] + offset(j), has_columns(j));
    }
  }

  __device__ void load_tokens(int j) {
#pragma unroll
    for (int i = 0; i < kTokenTiles; i++) {
      const bool exists = exists_[i] && has_columns(j);
      b_[i][j % kTokenLoads] =
          exists ? *reinterpret_cast<const uint4*>(tokens_[i] + column_ + offset(j)) : uint4{};
    }
  }

  __device__ void multiply(int j, float (&sums)[kTokenTiles][4]) const {
    const uint32_t low[4] = {a_[0][j].x, a_[1][j].x, a_[0][j].y, a_[1][j].y};
    const uint32_t high[4] = {a_[0][j].z, a_[1][j].z, a_[0][j].w, a_[1][j].w};
#pragma unroll
    for (int i = 0; i < kTokenTiles; i++) {
      const uint4& b = b_[i][j % kTokenLoads];
      multiply_add<T>(sums[i], low, b.x, b.y);
      multiply_add<T>(sums[i], high, b.z, b.w);
    }
  }

  __device__ void advance() {
    column_ += kStep;
#pragma unroll
    for (const T*& row : rows_) {
      row += kStep;
    }
  }

  const int columns_;
  int column_;  // this lane's first of the piece
  const T* rows_[2];
  const T* tokens_[kTokenTiles];
  bool exists_[kTokenTiles];
  uint4 a_[2][kLoads];
  uint4 b_[kTokenTiles][kTokenLoads];
};

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
  WarpSums<T, kTokenTiles> products(p);
  products.start_weight();
  wait_for_predecessor();
  products.start_tokens();
  products.add(sums);
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
    launch_early("linear_kernel", stream, blocks, kThreads, linear_kernel<T, 1>, p);
  } else {
    launch_early("linear_kernel", stream, blocks, kThreads, linear_kernel<T, 2>, p);
  }
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
