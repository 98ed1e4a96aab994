// out[n, m] = sum_k x[n, k] * weight[m, k] + bias[m], fp32 sums.
//
// Dot type: each output owns one vector of sums that walks K in rising order (a masked tail last),
// then one fixed horizontal tree, then the bias. Neither the shape of the register tile nor the cut
// of K into blocks (sums rest in memory between two blocks) changes an output's operations, so its
// bits depend on its two rows alone.
//
// A register tile is kRows rows of x by kOuts rows of the weight. A panel of weight rows stays in
// L2 while the rows of x pass it; a block of kBlockBytes of each of the tile's x rows stays in L1
// while the panel passes it. No packing, no second copy of the weight.
#include "vec/kernels.h"
#include "vec/vec.h"

namespace fovea::FOVEA_ISA {
namespace {

constexpr int kRows = kLanes == 16 ? 6 : 2;
constexpr int kOuts = 4;
// With few rows of x the product is bound by memory: more weight rows at once, more reads in
// flight.
constexpr int kPanelOuts = 32;
constexpr int64_t kBlockBytes = 4096;
// Products with so few rows of x are bound by memory: all of them make one tile, so that the weight
// is read once, and with fewer weight rows the more they are.
constexpr int kFewXRows = kLanes == 16 ? 8 : 2;
constexpr int few_outs(int rows) { return rows == 1 || rows == 3 || rows == 4 ? kOuts : 2; }
// How far ahead such a tile asks for its weight rows, together.
constexpr int64_t ahead_bytes(int rows) { return rows <= 4 ? 4096 : 8192; }

template <class T>
struct Task {
  const T* x;
  const T* weight;
  const void* bias;  // null: none
  void* out;
  int64_t inputs, out_stride;
  int32_t bias_type, out_type;
  float* sums;  // kPanelOuts x kRows x kLanes: between blocks of K
};

template <class T, int R, int M>
struct Tile {
  Vec sums[R][M];

  FOVEA_INLINE void clear(Tile* tile) {
    for (int r = 0; r < R; r++) {
      for (int m = 0; m < M; m++) {
        tile->sums[r][m] = zero();
      }
    }
  }
  FOVEA_INLINE void restore(Tile* tile, const float* from) {
    for (int r = 0; r < R; r++) {
      for (int m = 0; m < M; m++) {
        tile->sums[r][m] = load(from + (r * M + m) * kLanes);
      }
    }
  }
  FOVEA_INLINE void save(const Tile& tile, float* to) {
    for (int r = 0; r < R; r++) {
      for (int m = 0; m < M; m++) {
        store(to + (r * M + m) * kLanes, tile.sums[r][m]);
      }
    }
  }
};

// One step of every sum of the tile; get(row) loads a row's elements.
template <class T, int R, int M, class GetX, class GetW>
FOVEA_INLINE void step(Tile<T, R, M>* tile, const GetX& get_x, const GetW& get_w) {
  typename Dot<T>::Raw w[M];
#pragma GCC unroll 8
  for (int m = 0; m < M; m++) {
    w[m] = get_w(m);
  }
#pragma GCC unroll 8
  for (int r = 0; r < R; r++) {
    const typename Dot<T>::Raw x = get_x(r);
#pragma GCC unroll 8
    for (int m = 0; m < M; m++) {
      tile->sums[r][m] = Dot<T>::step(tile->sums[r][m], x, w[m]);
    }
  }
}

// Asks for what the tile reads later: further on in its weight rows or, near their end, at the
// start of the next tile's.
template <class T, int M>
FOVEA_INLINE void ask_ahead(const T* w, int64_t inputs, int64_t k, int64_t elements) {
  const int64_t later = k + elements;
  const int64_t at = later < inputs ? later : later + (M - 1) * inputs;
  for (int m = 0; m < M; m++) {
    __builtin_prefetch(w + m * inputs + at);
  }
}

// Elements [begin, end) of K for R rows of x and M of the weight, whose first rows are given.
template <class T, int R, int M>
FOVEA_INLINE void walk(Tile<T, R, M>* tile, const T* x, const T* w, int64_t inputs, int64_t begin,
                       int64_t end) {
  constexpr int64_t kStep = Dot<T>::kStep;
  int64_t k = begin;
  for (; k + kStep <= end; k += kStep) {
    if constexpr (R <= kFewXRows && M == few_outs(R)) {
      constexpr int64_t kAhead = ahead_bytes(R) / M / static_cast<int64_t>(sizeof(T));
      ask_ahead<T, M>(w, inputs, k, kAhead);
    }
    step(
        tile, [&](int r) { return Dot<T>::load(x + r * inputs + k); },
        [&](int m) { return Dot<T>::load(w + m * inputs + k); });
  }
  if (k < end) {
    step(
        tile, [&](int r) { return Dot<T>::load_some(x + r * inputs + k, end - k); },
        [&](int m) { return Dot<T>::load_some(w + m * inputs + k, end - k); });
  }
}

template <class T>
FOVEA_INLINE Vec load_bias(const Task<T>& task, int64_t out, int64_t n) {
  return task.bias_type == FOVEA_F32 ? load_some(static_cast<const float*>(task.bias) + out, n)
                                     : load_some(static_cast<const T*>(task.bias) + out, n);
}

template <class T>
FOVEA_INLINE void write(const Task<T>& task, int64_t row, int64_t out, const float* values,
                        int64_t n) {
  const Vec sums = load_some(values, n);
  const Vec biased = task.bias != nullptr ? sums + load_bias(task, out, n) : sums;
  const int64_t at = row * task.out_stride + out;
  if (task.out_type == FOVEA_F32) {
    store_some(static_cast<float*>(task.out) + at, biased, n);
  } else {
    store_some(static_cast<T*>(task.out) + at, biased, n);
  }
}

template <class T, int R, int M>
void finish(const Task<T>& task, const Tile<T, R, M>& tile, int64_t row, int64_t out) {
  for (int r = 0; r < R; r++) {
    float values[M];
    for (int m = 0; m < M; m++) {
      values[m] = reduce_add(tile.sums[r][m]);
    }
    for (int m = 0; m < M; m += kLanes) {
      write(task, row + r, out + m, values + m, M - m < kLanes ? M - m : kLanes);
    }
  }
}

// Outputs [out, out + M) of R rows over block [begin, end) of K.
template <class T, int R, int M>
void run_tile(const Task<T>& task, int64_t row, int64_t out, int64_t begin, int64_t end,
              float* sums) {
  Tile<T, R, M> tile;
  if (begin == 0) {
    Tile<T, R, M>::clear(&tile);
  } else {
    Tile<T, R, M>::restore(&tile, sums);
  }
  walk(&tile, task.x + row * task.inputs, task.weight + out * task.inputs, task.inputs, begin, end);
  if (end == task.inputs) {
    finish(task, tile, row, out);
  } else {
    Tile<T, R, M>::save(tile, sums);
  }
}

template <class T, int R, int M>
void run_rows(const Task<T>& task, int64_t row, int64_t out_begin, int64_t out_end) {
  constexpr int64_t kBlock = kBlockBytes / static_cast<int64_t>(sizeof(T));
  // Blocks only pay where several panels' tiles reuse the x block.
  constexpr bool kInBlocks = R == kRows && M == kOuts;
  const int64_t block = kInBlocks && task.inputs >= 2 * kBlock ? kBlock : task.inputs;
  int64_t begin = 0;
  do {
    const int64_t end = begin + 2 * block <= task.inputs ? begin + block : task.inputs;
    float* sums = task.sums;
    int64_t out = out_begin;
    for (; out + M <= out_end; out += M, sums += R * M * kLanes) {
      run_tile<T, R, M>(task, row, out, begin, end, sums);
    }
    for (; out < out_end; out++, sums += R * kLanes) {
      run_tile<T, R, 1>(task, row, out, begin, end, sums);
    }
    begin = end;
  } while (begin < task.inputs);
}

// All rows of a block that has few.
template <class T, int R>
void run_few(const Task<T>& task, int64_t row, int64_t count, int64_t out, int64_t out_end) {
  if (count == R) {
    run_rows<T, R, few_outs(R)>(task, row, out, out_end);
  } else if constexpr (R > 1) {
    run_few<T, R - 1>(task, row, count, out, out_end);
  }
}

template <class T>
void run_block(const LinearBlock& block) {
  const FoveaLinear& p = *block.p;
  const int64_t out_bytes = p.outType == FOVEA_F32 ? 4 : static_cast<int64_t>(sizeof(T));
  const Task<T> task = {
      reinterpret_cast<const T*>(static_cast<uintptr_t>(p.x)),
      reinterpret_cast<const T*>(static_cast<uintptr_t>(p.weight)),
      reinterpret_cast<const void*>(static_cast<uintptr_t>(p.bias)),
      reinterpret_cast<char*>(static_cast<uintptr_t>(p.out)) + p.outColumn * out_bytes,
      p.inputs,
      p.outStride,
      p.biasType,
      p.outType,
      reinterpret_cast<float*>(block.scratch),
  };
  for (int64_t out = block.out_begin; out < block.out_end; out += kPanelOuts) {
    const int64_t out_end = out + kPanelOuts < block.out_end ? out + kPanelOuts : block.out_end;
    int64_t row = block.row_begin;
    const bool is_few = block.row_end - block.row_begin <= kFewXRows;
    for (; !is_few && row + kRows <= block.row_end; row += kRows) {
      run_rows<T, kRows, kOuts>(task, row, out, out_end);
    }
    run_few<T, kFewXRows>(task, row, block.row_end - row, out, out_end);
  }
}

}  // namespace

int64_t linear_scratch_bytes(const FoveaLinear&) {
  return int64_t{kPanelOuts} * (kRows > kFewXRows ? kRows : kFewXRows) * kLanes *
         static_cast<int64_t>(sizeof(float));
}

void linear_block(const LinearBlock& block) {
  with_storage(block.p->type, [&](auto* tag) {
    run_block<std::remove_const_t<std::remove_pointer_t<decltype(tag)>>>(block);
  });
}

}  // namespace fovea::FOVEA_ISA
