// FlashAttention-2 forward (Dao 2023) over paged keys and values, one tile of query rows at a time.
//
// A tile's rows are the query heads that share one KV head, of consecutive tokens. It walks K/V
// page by page: S = scale Q K^T, online softmax in base 2 (fp32), O += P V; O stays unnormalised
// until the end. Pages are grouped into spans of kSpanSlots positions: each span starts from an
// empty state, and states are merged in rising order, so that spans may be computed by different
// threads with the same bits as by one.
//
// Bits of a row depend on its own positions alone: its S and O elements are summed in one order
// whatever rows share the tile, and a page that it does not see changes nothing (weights of 0, a
// factor of 1). A row that sees nothing has maximum -infinity and sum 0, and gives zeros.
//
// P is rounded to bf16 where the pages are bf16 and the instruction set multiplies pairs.
#include "attention/panel.h"
#include "vec/kernels.h"
#include "vec/vec.h"

namespace fovea::FOVEA_ISA {
namespace {

constexpr float kLog2E = 1.4426950408889634f;
constexpr int64_t kPagesASpan = kSpanSlots / kPageSlots;

FOVEA_INLINE int64_t padded_dim(int64_t dim) { return (dim + kLanes - 1) / kLanes * kLanes; }

template <class T>
FOVEA_INLINE T* at(uint64_t address) {
  return reinterpret_cast<T*>(static_cast<uintptr_t>(address));
}

// Unnormalised output of rows: o [rows, padded D] scaled by 2^-maximum, its maximum (base 2) and
// its sum of weights, in one piece of memory.
struct State {
  float* o;
  float* maximum;
  float* sum;

  FOVEA_INLINE State in(float* memory, int64_t rows, int64_t padded) {
    return {memory, memory + rows * padded, memory + rows * padded + rows};
  }
};

FOVEA_INLINE void clear(const State& state, int64_t rows, int64_t padded) {
  memset(state.o, 0, static_cast<size_t>(rows * padded) * sizeof(float));
  for (int64_t r = 0; r < rows; r++) {
    state.maximum[r] = kMinusInfinity;
    state.sum[r] = 0;
  }
}

// 2^(x - maximum) with an empty state's maximum of -infinity taken as 0.
FOVEA_INLINE float weight(float x, float maximum) {
  const float base = maximum == kMinusInfinity ? 0.0f : maximum;
  return first_lane(exp2(broadcast(x - base)));
}

// into = into merged with from, which covers later positions.
void merge(const State& into, const State& from, int64_t rows, int64_t padded) {
  for (int64_t r = 0; r < rows; r++) {
    const float maximum = from.maximum[r] > into.maximum[r] ? from.maximum[r] : into.maximum[r];
    const float keep = weight(into.maximum[r], maximum);
    const float take = weight(from.maximum[r], maximum);
    float* o = into.o + r * padded;
    const float* more = from.o + r * padded;
    for (int64_t d = 0; d < padded; d += kLanes) {
      store(o + d, fma(load(more + d), broadcast(take), load(o + d) * broadcast(keep)));
    }
    into.sum[r] = into.sum[r] * keep + from.sum[r] * take;
    into.maximum[r] = maximum;
  }
}

// Positions that a row sees: [low, high).
struct Visible {
  int64_t low, high;
};

FOVEA_INLINE Visible visible(const AttentionTile& tile, int64_t row) {
  const int64_t position = tile.first_position + (tile.row_begin + row) / tile.group;
  const int64_t window = tile.p->window;
  const int64_t low = window > 0 && position >= window ? position - window + 1 : 0;
  return {low, position + 1};
}

template <class T>
class Walk {
 public:
  using Element = typename PanelOf<T>::Element;
  static constexpr int kPair = PanelOf<T>::kPair;

  static int64_t scratch_bytes(int64_t dim) {
    const int64_t padded = padded_dim(dim);
    const int64_t elements = kTileRows * padded / kPair + kPageSlots * padded / kPair * 2;
    return elements * static_cast<int64_t>(sizeof(Element)) + kTileRows * kLanes * 4;
  }

  Walk(const AttentionTile& tile, char* scratch)
      : tile_(tile), p_(*tile.p), dim_(p_.headDim), padded_(padded_dim(dim_)) {
    q_ = reinterpret_cast<Element*>(scratch);
    keys_ = q_ + kTileRows * padded_ / kPair;
    values_ = keys_ + kPageSlots * padded_ / kPair;
    lane_sums_ = reinterpret_cast<float*>(values_ + kPageSlots * padded_ / kPair);
    load_queries();
  }

  // The span's positions into an empty state.
  void run_span(int64_t span, const State& state) {
    clear(state, tile_.rows, padded_);
    memset(lane_sums_, 0, static_cast<size_t>(tile_.rows * kLanes) * sizeof(float));
    const int64_t low = visible(tile_, 0).low / kPageSlots;
    const int64_t high = (visible(tile_, tile_.rows - 1).high + kPageSlots - 1) / kPageSlots;
    const int64_t first = span * kPagesASpan;
    const int64_t begin = first > low ? first : low;
    const int64_t end = first + kPagesASpan < high ? first + kPagesASpan : high;
    for (int64_t page = begin; page < end; page++) {
      load_page(page);
      run_page(page, state);
    }
    for (int64_t r = 0; r < tile_.rows; r++) {
      state.sum[r] = reduce_add(load(lane_sums_ + r * kLanes));
    }
  }

  // Normalised rows to the output.
  void write(const State& state) const {
    for (int64_t r = 0; r < tile_.rows; r++) {
      const float sum = state.sum[r];
      const Vec factor = broadcast(sum == 0.0f ? 0.0f : 1.0f / sum);
      T* out = at<T>(p_.out) + row_offset(r);
      const float* o = state.o + r * padded_;
      for (int64_t d = 0; d < dim_; d += kLanes) {
        store_some(out + d, load(o + d) * factor, dim_ - d);
      }
    }
  }

 private:
  int64_t row_offset(int64_t r) const {
    const int64_t row = tile_.row_begin + r;
    const int64_t token = tile_.query_start + row / tile_.group;
    const int64_t head = tile_.kv_head * tile_.group + row % tile_.group;
    return (token * p_.queryHeads + head) * dim_;
  }

  void load_queries() {
    for (int64_t r = 0; r < tile_.rows; r++) {
      const T* from = at<const T>(p_.q) + row_offset(r);
      Element* to = q_ + r * padded_ / kPair;
      if constexpr (kPair == 1) {
        for (int64_t d = 0; d < dim_; d += kLanes) {
          store_some(to + d, load_some(from + d, dim_ - d), dim_ - d);
        }
      } else {
        memcpy(to, from, static_cast<size_t>(dim_) * sizeof(T));
      }
    }
  }

  void load_page(int64_t page) {
    const int64_t id = tile_.pages[page];
    const int64_t left = tile_.context - page * kPageSlots;
    const int64_t count = left < kPageSlots ? left : kPageSlots;
    pack_keys<T>(at<const T>(p_.k) + id * p_.kPageStride + tile_.kv_head * p_.kHeadStride,
                 p_.kSlotStride, count, dim_, keys_);
    pack_values<T>(at<const T>(p_.v) + id * p_.vPageStride + tile_.kv_head * p_.vHeadStride,
                   p_.vSlotStride, count, dim_, padded_, values_);
  }

  void run_page(int64_t page, const State& state) {
    int64_t r = 0;
    for (; r + kTileR <= tile_.rows; r += kTileR) {
      run_rows<kTileR>(page, r, state);
    }
    for (; kTileR > 2 && r + 2 <= tile_.rows; r += 2) {
      run_rows<2>(page, r, state);
    }
    for (; r < tile_.rows; r++) {
      run_rows<1>(page, r, state);
    }
  }

  // R rows against one page.
  template <int R>
  void run_rows(int64_t page, int64_t row, const State& state) {
    const int64_t begin = page * kPageSlots;
    const int64_t end = begin + kPageSlots;
    const Visible first = visible(tile_, row);
    const Visible last = visible(tile_, row + R - 1);
    if (begin >= last.high || end <= first.low) {
      return;
    }
    float scores[R][kPageSlots];
    score<R>(row, scores);
    if (begin < last.low || end > first.high) {
      for (int r = 0; r < R; r++) {
        mask(visible(tile_, row + r), begin, scores[r]);
      }
    }
    Element weights[R][kPageSlots / kPair];
    float factors[R];
    for (int r = 0; r < R; r++) {
      factors[r] = soften(row + r, scores[r], weights[r], state);
    }
    int64_t d = 0;
    for (; d + kTileC * kLanes <= padded_; d += kTileC * kLanes) {
      accumulate<R, kTileC>(weights, factors, d, state.o + row * padded_);
    }
    for (; d < padded_; d += kLanes) {
      accumulate<R, 1>(weights, factors, d, state.o + row * padded_);
    }
  }

  // scores = scale log2(e) q k^T.
  template <int R>
  FOVEA_MEMBER void score(int64_t row, float (&scores)[R][kPageSlots]) const {
    const Vec scale = broadcast(p_.scale * kLog2E);
    for (int64_t slot = 0; slot < kPageSlots; slot += kTileC * kLanes) {
      Vec sums[R][kTileC] = {};
      multiply<R, kTileC, Element>(
          {q_ + row * padded_ / kPair, padded_ / kPair, keys_ + slot, kPageSlots, dim_ / kPair},
          sums);
      for (int r = 0; r < R; r++) {
        for (int c = 0; c < kTileC; c++) {
          store(scores[r] + slot + c * kLanes, sums[r][c] * scale);
        }
      }
    }
  }

  FOVEA_INLINE void mask(const Visible& seen, int64_t begin, float* scores) {
    for (int64_t i = 0; i < kPageSlots; i += kLanes) {
      const float first = static_cast<float>(seen.low - begin - i);
      const float end = static_cast<float>(seen.high - begin - i);
      store(scores + i, keep_between(load(scores + i), lane_index(), first, end));
    }
  }

  // Moves the row's maximum, turns scores into weights, and gives the factor of what was before.
  float soften(int64_t row, const float* scores, Element* weights, const State& state) const {
    Vec largest = load(scores);
    for (int64_t i = kLanes; i < kPageSlots; i += kLanes) {
      largest = max(largest, load(scores + i));
    }
    const float before = state.maximum[row];
    const float here = reduce_max(largest);
    const float maximum = before > here ? before : here;
    const float base = maximum == kMinusInfinity ? 0.0f : maximum;
    const float factor = before == maximum ? 1.0f : weight(before, maximum);
    float* sums = lane_sums_ + row * kLanes;
    Vec sum = load(sums) * broadcast(factor);
    for (int64_t i = 0; i < kPageSlots; i += kLanes) {
      const Vec one = exp2(load(scores + i) - broadcast(base));
      sum = sum + one;
      store_weights(weights, i, one);
    }
    store(sums, sum);
    state.maximum[row] = maximum;
    return factor;
  }

  FOVEA_INLINE void store_weights(Element* weights, int64_t i, Vec one) {
    if constexpr (kPair == 1) {
      store(weights + i, one);
    } else {
      store_some(reinterpret_cast<T*>(weights) + i, one, kLanes);
    }
  }

  // o = factor o + weights v for columns [d, d + C lanes).
  template <int R, int C>
  FOVEA_MEMBER void accumulate(const Element (&weights)[R][kPageSlots / kPair],
                               const float (&factors)[R], int64_t d, float* o) const {
    Vec sums[R][C];
    for (int r = 0; r < R; r++) {
      for (int c = 0; c < C; c++) {
        sums[r][c] = load(o + r * padded_ + d + c * kLanes) * broadcast(factors[r]);
      }
    }
    multiply<R, C, Element>(
        {weights[0], kPageSlots / kPair, values_ + d, padded_, kPageSlots / kPair}, sums);
    for (int r = 0; r < R; r++) {
      for (int c = 0; c < C; c++) {
        store(o + r * padded_ + d + c * kLanes, sums[r][c]);
      }
    }
  }

  const AttentionTile& tile_;
  const FoveaAttention& p_;
  const int64_t dim_;
  const int64_t padded_;
  Element* q_;        // [rows, padded D / pair]
  Element* keys_;     // [D / pair, 64]
  Element* values_;   // [64 / pair, padded D]
  float* lane_sums_;  // [rows, lanes]
};

FOVEA_INLINE int64_t state_floats(int64_t dim, int64_t rows) {
  return rows * (padded_dim(dim) + 2);
}

// The walk's scratch comes first, then two states.
FOVEA_INLINE int64_t walk_bytes(const FoveaAttention& p) {
  int64_t bytes = 0;
  with_storage(p.kvType, [&](auto* tag) {
    bytes =
        Walk<std::remove_const_t<std::remove_pointer_t<decltype(tag)>>>::scratch_bytes(p.headDim);
  });
  return (bytes + 63) / 64 * 64;
}

}  // namespace

int64_t attention_partial_floats(const FoveaAttention& p, int64_t rows) {
  return state_floats(p.headDim, rows);
}

int64_t attention_scratch_bytes(const FoveaAttention& p) {
  return walk_bytes(p) + 2 * state_floats(p.headDim, kTileRows) * 4;
}

void attention_span(const AttentionTile& tile, int64_t span, float* partial, char* scratch) {
  const int64_t padded = padded_dim(tile.p->headDim);
  with_storage(tile.p->kvType, [&](auto* tag) {
    Walk<std::remove_const_t<std::remove_pointer_t<decltype(tag)>>> walk(tile, scratch);
    walk.run_span(span, State::in(partial, tile.rows, padded));
  });
}

void attention_merge(const AttentionTile& tile, const float* partials, int64_t spans,
                     char* scratch) {
  const int64_t padded = padded_dim(tile.p->headDim);
  const int64_t floats = state_floats(tile.p->headDim, tile.rows);
  with_storage(tile.p->kvType, [&](auto* tag) {
    Walk<std::remove_const_t<std::remove_pointer_t<decltype(tag)>>> walk(tile, scratch);
    float* memory = const_cast<float*>(partials);
    const State total = State::in(memory, tile.rows, padded);
    for (int64_t span = 1; span < spans; span++) {
      merge(total, State::in(memory + span * floats, tile.rows, padded), tile.rows, padded);
    }
    walk.write(total);
  });
}

void attention_tile(const AttentionTile& tile, int64_t span_begin, int64_t span_end,
                    char* scratch) {
  const int64_t padded = padded_dim(tile.p->headDim);
  float* memory = reinterpret_cast<float*>(scratch + walk_bytes(*tile.p));
  with_storage(tile.p->kvType, [&](auto* tag) {
    Walk<std::remove_const_t<std::remove_pointer_t<decltype(tag)>>> walk(tile, scratch);
    const State total = State::in(memory, tile.rows, padded);
    const State next =
        State::in(memory + state_floats(tile.p->headDim, kTileRows), tile.rows, padded);
    walk.run_span(span_begin, total);
    for (int64_t span = span_begin + 1; span < span_end; span++) {
      walk.run_span(span, next);
      merge(total, next, tile.rows, padded);
    }
    walk.write(total);
  });
}

const char* attention_name(int32_t kv_type) {
  return kv_type == FOVEA_BF16  ? "flash_forward_bf16_" FOVEA_ISA_NAME
         : kv_type == FOVEA_F16 ? "flash_forward_f16_" FOVEA_ISA_NAME
                                : "flash_forward_f32_" FOVEA_ISA_NAME;
}

}  // namespace fovea::FOVEA_ISA
