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
#include "attention/direct.h"
#include "attention/panel.h"
#include "attention/state.h"
#include "vec/kernels.h"
#include "vec/vec.h"

namespace fovea::FOVEA_ISA {
namespace {

constexpr float kLog2E = 1.4426950408889634f;
constexpr int64_t kPagesASpan = kSpanSlots / kPageSlots;

// Whole vectors of columns; of pairs of columns where values are packed in pairs.
FOVEA_INLINE int64_t padded_dim(const FoveaAttention& p) {
  const int64_t unit = kHasBf16Dot && p.kvType == FOVEA_BF16 ? 2 * kLanes : kLanes;
  return (p.headDim + unit - 1) / unit * unit;
}

template <class T>
FOVEA_INLINE T* at(uint64_t address) {
  return reinterpret_cast<T*>(static_cast<uintptr_t>(address));
}

// Positions that a row sees: [low, high).
struct Visible {
  int64_t low, high;
};

FOVEA_INLINE Visible visible(const AttentionTile& tile, int64_t row) {
  const int64_t last = last_seen(tile, row % tile.rows);
  const int64_t window = tile.p->window;
  const int64_t low = window > 0 && last >= window ? last - window + 1 : 0;
  return {low, last + 1};
}

template <class T>
class Walk {
 public:
  using Element = typename PanelOf<T>::Element;
  static constexpr int kPair = PanelOf<T>::kPair;
  static constexpr int64_t kWeights = kPageSlots / kPair;

  static int64_t scratch_bytes(int64_t padded) {
    const int64_t elements = (kTileRows + kPageSlots) * padded / kPair + kTileRows * kWeights;
    return elements * int64_t{sizeof(Element)} + kTileRows * (kLanes + 1) * int64_t{sizeof(float)};
  }

  Walk(const AttentionTile& tile, char* scratch)
      : tile_(tile), p_(*tile.p), dim_(p_.headDim), padded_(padded_dim(p_)) {
    q_ = reinterpret_cast<Element*>(scratch);
    packed_ = q_ + kTileRows * padded_ / kPair;
    weights_ = packed_ + kPageSlots * padded_ / kPair;
    lane_sums_ = reinterpret_cast<float*>(weights_ + kTileRows * kWeights);
    factors_ = lane_sums_ + kTileRows * kLanes;
    load_queries();
  }

  // The span's positions into an empty state.
  void run_span(int64_t span, const State& state) {
    clear(state, num_rows(), padded_);
    memset(lane_sums_, 0, static_cast<size_t>(num_rows() * kLanes) * sizeof(float));
    const int64_t low = visible(tile_, 0).low / kPageSlots;
    const int64_t high = (visible(tile_, tile_.rows - 1).high + kPageSlots - 1) / kPageSlots;
    const int64_t first = span * kPagesASpan;
    const int64_t begin = first > low ? first : low;
    const int64_t end = first + kPagesASpan < high ? first + kPagesASpan : high;
    for (int64_t page = begin; page < end; page++) {
      // All heads of a page lie side by side.
      for (int64_t head = 0; head < tile_.heads; head++) {
        run_page({page, head}, end, state);
      }
    }
    for (int64_t r = 0; r < num_rows(); r++) {
      state.sum[r] = reduce_add(load(lane_sums_ + r * kLanes));
    }
  }

  // Normalised rows to the output.
  void write(const State& state) const {
    for (int64_t r = 0; r < num_rows(); r++) {
      const float sum = state.sum[r];
      const Vec factor = broadcast(sum == 0.0f ? 0.0f : 1.0f / sum);
      T* out = at<T>(p_.out) + row_offset(r);
      write_row(state.o + r * padded_, factor, out, dim_);
    }
  }

 private:
  // One page of one of the tile's heads.
  struct PageHead {
    int64_t page, head;
  };

  int64_t num_rows() const { return rows_of_all_heads(tile_); }

  int64_t row_offset(int64_t r) const {
    const int64_t row = tile_.row_begin + r % tile_.rows;
    const int64_t token = tile_.query_start + row / tile_.group;
    const int64_t head = (tile_.kv_head + r / tile_.rows) * tile_.group + row % tile_.group;
    return (token * p_.queryHeads + head) * dim_;
  }

  void load_queries() {
    for (int64_t r = 0; r < num_rows(); r++) {
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

  PageSlots<T> slots(uint64_t base, PageHead at_page, int64_t page_stride, int64_t head_stride,
                     int64_t slot_stride) const {
    const int64_t left = tile_.context - at_page.page * kPageSlots;
    return {at<const T>(base) + tile_.pages[at_page.page] * page_stride +
                (tile_.kv_head + at_page.head) * head_stride,
            slot_stride, left < kPageSlots ? left : kPageSlots, dim_};
  }
  PageSlots<T> keys(PageHead page) const {
    return slots(p_.k, page, p_.kPageStride, p_.kHeadStride, p_.kSlotStride);
  }
  PageSlots<T> values(PageHead page) const {
    return slots(p_.v, page, p_.vPageStride, p_.vHeadStride, p_.vSlotStride);
  }

  void ask_for(const PageSlots<T>& slots) {
    if (tile_.rows <= kFewRows) {
      ahead_.start(slots.first, slots.count * slots.dim * int64_t{sizeof(T)});
    }
  }

  // The keys that come next in a walk to page `end`.
  void ask_for_keys_after(PageHead page, int64_t end) {
    const bool is_last = page.head + 1 == tile_.heads;
    const PageHead next = is_last ? PageHead{page.page + 1, 0} : PageHead{page.page, page.head + 1};
    if (next.page < end) {
      ask_for(keys(next));
    }
  }

  // One page against all rows of a head: first every row's weights, then every row's output, so
  // that keys and values take turns in the nearest cache. The walk ends at page `end`.
  void run_page(PageHead page, int64_t end, const State& state) {
    ask_for(values(page));
    if constexpr (DirectPage<T>::kMaxRows > 0) {
      if (tile_.rows <= DirectPage<T>::kMaxRows) {
        weigh_all(page, DirectPage<T>::of(keys(page), packed_), state);
        ask_for_keys_after(page, end);
        add_values_all(page, DirectPage<T>::of(values(page), packed_), state);
        return;
      }
    }
    pack_keys(keys(page), &ahead_, packed_);
    weigh_all(page, PackedPage<Element>{packed_, dim_ / kPair, padded_}, state);
    ask_for_keys_after(page, end);
    pack_values(values(page), padded_, &ahead_, packed_);
    add_values_all(page, PackedPage<Element>{packed_, kWeights, padded_}, state);
  }

  template <class Page>
  FOVEA_MEMBER void weigh_all(PageHead page, const Page& keys, const State& state) {
    for_row_groups(page,
                   [&](auto rows, int64_t row) { weigh<rows.value>(page.page, row, keys, state); });
  }

  template <class Page>
  FOVEA_MEMBER void add_values_all(PageHead page, const Page& values, const State& state) {
    for_row_groups(page,
                   [&](auto rows, int64_t row) { add_values<rows.value>(row, values, state); });
  }

  template <int R>
  struct Rows {
    static constexpr int value = R;
  };

  // Cuts the head's rows into register tiles, those that see nothing of the page left out.
  template <class Body>
  FOVEA_MEMBER void for_row_groups(PageHead page, const Body& body) {
    int64_t row = page.head * tile_.rows;
    const int64_t end = row + tile_.rows;
    const auto run = [&](auto rows) {
      for (; row + rows.value <= end; row += rows.value) {
        if (sees(page.page, row, rows.value)) {
          body(rows, row);
        }
      }
    };
    run(Rows<kTileR>());
    if constexpr (kTileR > 4) {
      run(Rows<4>());
    }
    if constexpr (kTileR > 2) {
      run(Rows<2>());
    }
    run(Rows<1>());
  }

  // Whether any of `count` rows sees any slot of the page.
  FOVEA_MEMBER bool sees(int64_t page, int64_t row, int64_t count) const {
    const int64_t begin = page * kPageSlots;
    return begin < visible(tile_, row + count - 1).high &&
           begin + kPageSlots > visible(tile_, row).low;
  }

  // Weights and factors of R rows against the keys of a page.
  template <int R, class Page>
  void weigh(int64_t page, int64_t row, const Page& keys, const State& state) {
    float scores[R][kPageSlots];
    keys.template score<R>(q_ + row * padded_ / kPair, padded_ / kPair,
                           broadcast(p_.scale * kLog2E), &ahead_, scores);
    const int64_t begin = page * kPageSlots;
    if (begin < visible(tile_, row + R - 1).low || begin + kPageSlots > visible(tile_, row).high) {
      for (int r = 0; r < R; r++) {
        mask(visible(tile_, row + r), begin, scores[r]);
      }
    }
    soften<R>(row, scores, state);
  }

  // R rows of the output against the values of a page.
  template <int R, class Page>
  void add_values(int64_t row, const Page& values, const State& state) {
    float* o = state.o + row * padded_;
    int64_t d = 0;
    for (; d + kTileC * kLanes <= padded_; d += kTileC * kLanes) {
      accumulate<R, kTileC>(row, d, values, o + d);
    }
    for (; kTileC > 2 && d + 2 * kLanes <= padded_; d += 2 * kLanes) {
      accumulate<R, 2>(row, d, values, o + d);
    }
    // Padded D counts pairs of vectors where there are pairs of elements.
    if constexpr (kPair == 1) {
      for (; d < padded_; d += kLanes) {
        accumulate<R, 1>(row, d, values, o + d);
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

  // Moves the rows' maxima, turns scores into weights, and gives the factors of what was before.
  template <int R>
  FOVEA_MEMBER void soften(int64_t row, const float (&scores)[R][kPageSlots], const State& state) {
    for (int r = 0; r < R; r++) {
      Vec largest = load(scores[r]);
      for (int64_t i = kLanes; i < kPageSlots; i += kLanes) {
        largest = max(largest, load(scores[r] + i));
      }
      const float before = state.maximum[row + r];
      const float here = reduce_max(largest);
      const float maximum = before > here ? before : here;
      state.maximum[row + r] = maximum;
      factors_[row + r] = before == maximum ? 1.0f : weight(before, maximum);
    }
    for (int r = 0; r < R; r++) {
      const float maximum = state.maximum[row + r];
      const Vec base = broadcast(maximum == kMinusInfinity ? 0.0f : maximum);
      float* sums = lane_sums_ + (row + r) * kLanes;
      Vec sum = load(sums) * broadcast(factors_[row + r]);
      for (int64_t i = 0; i < kPageSlots; i += kLanes) {
        ahead_.step(kLinesAStep);
        const Vec one = exp2(load(scores[r] + i) - base);
        sum = sum + one;
        store_weights(weights_ + (row + r) * kWeights, i, one);
      }
      store(sums, sum);
    }
  }

  FOVEA_INLINE void store_weights(Element* weights, int64_t i, Vec one) {
    if constexpr (kPair == 1) {
      store(weights + i, one);
    } else {
      store_rounded(reinterpret_cast<T*>(weights) + i, one);
    }
  }

  // o = factor o + weights v for C vectors of columns from d on.
  template <int R, int C, class Page>
  FOVEA_MEMBER void accumulate(int64_t row, int64_t d, const Page& values, float* o) {
    Vec sums[R][C];
    for (int r = 0; r < R; r++) {
      for (int c = 0; c < C; c++) {
        sums[r][c] = load(o + r * padded_ + c * kLanes) * broadcast(factors_[row + r]);
      }
    }
    values.template accumulate<R, C>(weights_ + row * kWeights, d, &ahead_, sums);
    for (int r = 0; r < R; r++) {
      for (int c = 0; c < C; c++) {
        store(o + r * padded_ + c * kLanes, sums[r][c]);
      }
    }
  }

  const AttentionTile& tile_;
  const FoveaAttention& p_;
  const int64_t dim_;
  const int64_t padded_;
  Ahead ahead_;
  Element* q_;        // [rows, padded D / pair]
  Element* packed_;   // keys [D / pair, 64], then values [64 / pair, padded D]
  Element* weights_;  // [rows, 64 / pair]
  float* lane_sums_;  // [rows, lanes]
  float* factors_;    // [rows], of the output before this page
};

FOVEA_INLINE int64_t state_floats(const FoveaAttention& p, int64_t rows) {
  return rows * (padded_dim(p) + 2);
}

// The walk's scratch comes first, then two states.
FOVEA_INLINE int64_t walk_bytes(const FoveaAttention& p) {
  int64_t bytes = 0;
  with_storage(p.kvType, [&](auto* tag) {
    bytes = Walk<std::remove_const_t<std::remove_pointer_t<decltype(tag)>>>::scratch_bytes(
        padded_dim(p));
  });
  return (bytes + 63) / 64 * 64;
}

}  // namespace

int64_t attention_partial_floats(const FoveaAttention& p, int64_t rows) {
  return state_floats(p, rows);
}

int64_t attention_scratch_bytes(const FoveaAttention& p) {
  return walk_bytes(p) + 2 * state_floats(p, kTileRows) * 4;
}

void attention_span(const AttentionTile& tile, int64_t span, float* partial, char* scratch) {
  const int64_t padded = padded_dim(*tile.p);
  with_storage(tile.p->kvType, [&](auto* tag) {
    Walk<std::remove_const_t<std::remove_pointer_t<decltype(tag)>>> walk(tile, scratch);
    walk.run_span(span, State::in(partial, rows_of_all_heads(tile), padded));
  });
}

void attention_merge(const AttentionTile& tile, const float* partials, int64_t spans,
                     char* scratch) {
  const int64_t padded = padded_dim(*tile.p);
  const int64_t rows = rows_of_all_heads(tile);
  const int64_t floats = state_floats(*tile.p, rows);
  with_storage(tile.p->kvType, [&](auto* tag) {
    Walk<std::remove_const_t<std::remove_pointer_t<decltype(tag)>>> walk(tile, scratch);
    float* memory = const_cast<float*>(partials);
    const State total = State::in(memory, rows, padded);
    for (int64_t span = 1; span < spans; span++) {
      merge(total, State::in(memory + span * floats, rows, padded), rows, padded);
    }
    walk.write(total);
  });
}

void attention_tile(const AttentionTile& tile, int64_t span_begin, int64_t span_end,
                    char* scratch) {
  const int64_t padded = padded_dim(*tile.p);
  const int64_t rows = rows_of_all_heads(tile);
  float* memory = reinterpret_cast<float*>(scratch + walk_bytes(*tile.p));
  with_storage(tile.p->kvType, [&](auto* tag) {
    Walk<std::remove_const_t<std::remove_pointer_t<decltype(tag)>>> walk(tile, scratch);
    const State total = State::in(memory, rows, padded);
    const State next = State::in(memory + state_floats(*tile.p, kTileRows), rows, padded);
    walk.run_span(span_begin, total);
    for (int64_t span = span_begin + 1; span < span_end; span++) {
      walk.run_span(span, next);
      merge(total, next, rows, padded);
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
