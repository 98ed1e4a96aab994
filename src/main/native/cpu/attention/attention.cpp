// Checks attention's arguments, cuts the ragged batch into tiles, and shares tiles (and spans of
// the largest ones) out over threads, longest first.
#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <tuple>
#include <vector>

#include "common/check.h"
#include "common/shapes.h"
#include "common/stream.h"

namespace {

using fovea::AttentionTile;
using fovea::kFewRows;
using fovea::kPageSlots;
using fovea::kSpanSlots;
using fovea::kTileRows;

struct Item {
  AttentionTile tile;
  int64_t span_begin, span_end;
  int64_t cost;      // rows x slots
  int64_t partials;  // offset in floats of a split tile's partial results; -1: not split
};

// A piece of work for one thread: all spans of an item, or one.
struct Piece {
  int64_t item;
  int64_t span;  // -1: all
  int64_t cost;
};

constexpr int64_t kPiecesAThread = 4;

uint64_t table_address(const FoveaAttention& p, int64_t sequence) {
  const int64_t row = fovea::pointer<const int32_t>(p.tableRow)[sequence];
  return p.pageTable + static_cast<uint64_t>(row * p.maxPages) * sizeof(int32_t);
}

void check_sequences(const FoveaAttention& p) {
  const int32_t* start = fovea::pointer<const int32_t>(p.queryStart);
  const int32_t* context = fovea::pointer<const int32_t>(p.contextLength);
  fovea::check_range("queryStart[0]", start[0], 0, 0);
  fovea::check_ids("tableRow", p.tableRow, p.numSequences, p.numTableRows);
  for (int64_t i = 0; i < p.numSequences; i++) {
    fovea::check_range("queryStart", start[i + 1], start[i], p.numTokens);
    const int64_t rows = start[i + 1] - start[i];
    fovea::check_range("contextLength", context[i], 0, p.maxPages * kPageSlots);
    const int64_t pages = (context[i] + kPageSlots - 1) / kPageSlots;
    fovea::check_ids("pageTable", table_address(p, i), rows > 0 ? pages : 0, p.numPages);
  }
  fovea::check_range("queryStart[B]", start[p.numSequences], p.numTokens, p.numTokens);
}

void add_tile(std::vector<Item>* items, const AttentionTile& tile) {
  const int64_t first = last_seen(tile, 0);
  const int64_t last = last_seen(tile, tile.rows - 1);
  const int64_t window = tile.p->window;
  const int64_t low = window > 0 ? std::max<int64_t>(first - window + 1, 0) : 0;
  // Rows that see nothing get one span, which finds no page.
  const int64_t slots = std::max<int64_t>(last + 1 - low, 0);
  items->push_back({tile, low / kSpanSlots,
                    (low + std::max<int64_t>(slots, 1) - 1) / kSpanSlots + 1,
                    rows_of_all_heads(tile) * slots, -1});
}

// Heads of a decode that go together: all, which reads memory in one sweep, but so few that every
// thread has several pieces to take.
int64_t heads_together(const FoveaStream& stream, const FoveaAttention& p) {
  const int32_t* start = fovea::pointer<const int32_t>(p.queryStart);
  const int32_t* context = fovea::pointer<const int32_t>(p.contextLength);
  int64_t spans = 0;
  for (int64_t i = 0; i < p.numSequences; i++) {
    spans += start[i + 1] > start[i] ? (context[i] + kSpanSlots - 1) / kSpanSlots : 0;
  }
  const int64_t wanted = kPiecesAThread * stream.pool.threads();
  const int64_t groups = (wanted - 1) / std::max<int64_t>(spans, 1) + 1;
  return std::max<int64_t>(p.kvHeads / groups, 1);
}

std::vector<Item> cut(const FoveaStream& stream, const FoveaAttention& p) {
  const int32_t* start = fovea::pointer<const int32_t>(p.queryStart);
  const int32_t* context = fovea::pointer<const int32_t>(p.contextLength);
  const int64_t group = p.queryHeads / p.kvHeads;
  const int64_t together = heads_together(stream, p);
  std::vector<Item> items;
  for (int64_t i = 0; i < p.numSequences; i++) {
    const int64_t tokens = start[i + 1] - start[i];
    const int64_t rows = tokens * group;
    const int64_t heads =
        rows <= kFewRows ? std::min(together, kTileRows / std::max<int64_t>(rows, 1)) : 1;
    for (int64_t head = 0; head < p.kvHeads; head += heads) {
      for (int64_t row = 0; row < rows; row += kTileRows) {
        AttentionTile tile{};
        tile.p = &p;
        tile.pages = fovea::pointer<const int32_t>(table_address(p, i));
        tile.kv_head = head;
        tile.heads = std::min(heads, p.kvHeads - head);
        tile.group = group;
        tile.query_start = start[i];
        tile.first_position = context[i] - tokens;
        tile.context = context[i];
        tile.row_begin = row;
        tile.rows = std::min(kTileRows, rows - row);
        add_tile(&items, tile);
      }
    }
  }
  return items;
}

// Which items to split by span, and the floats that their partial results need. Large tiles are
// split where one would keep a thread busy while others idle. Small ones (decodes) always are: all
// KV heads of a span then run one after the other, and share the page translations of the same
// memory. Their partial results are less than a hundredth of the keys and values they stand for.
int64_t plan_splits(const FoveaStream& stream, std::vector<Item>* items) {
  int64_t total = 0;
  for (const Item& item : *items) {
    total += item.cost;
  }
  int64_t floats = 0;
  for (Item& item : *items) {
    const bool is_share =
        stream.pool.threads() > 1 && item.cost > total / (4 * stream.pool.threads());
    if (item.span_end - item.span_begin > 1 && (is_share || item.tile.rows <= kFewRows)) {
      item.partials = floats;
      floats += (item.span_end - item.span_begin) *
                stream.kernels.attention_partial_floats(*item.tile.p, rows_of_all_heads(item.tile));
    }
  }
  return floats;
}

std::vector<Piece> pieces_of(const std::vector<Item>& items) {
  std::vector<Piece> pieces;
  for (size_t i = 0; i < items.size(); i++) {
    const int64_t item = static_cast<int64_t>(i);
    if (items[i].partials < 0) {
      pieces.push_back({item, -1, items[i].cost});
      continue;
    }
    const int64_t spans = items[i].span_end - items[i].span_begin;
    for (int64_t span = items[i].span_begin; span < items[i].span_end; span++) {
      pieces.push_back({item, span, items[i].cost / spans});
    }
  }
  // Longest first; equal ones by sequence and span, so that heads follow each other.
  std::stable_sort(pieces.begin(), pieces.end(), [&](const Piece& a, const Piece& b) {
    const auto key = [&](const Piece& piece) {
      return std::make_tuple(-piece.cost, items[static_cast<size_t>(piece.item)].tile.query_start,
                             piece.span);
    };
    return key(a) < key(b);
  });
  return pieces;
}

void run(FoveaStream* stream, const FoveaAttention& p) {
  std::vector<Item> items = cut(*stream, p);
  const int64_t floats = plan_splits(*stream, &items);
  float* partials =
      reinterpret_cast<float*>(stream->shared_scratch.at_least(floats * int64_t{sizeof(float)}));
  const std::vector<Piece> pieces = pieces_of(items);
  fovea::reserve_worker_scratch(stream, stream->kernels.attention_scratch_bytes(p));
  const auto scratch = [&](int worker) {
    return stream->worker_scratch[static_cast<size_t>(worker)].at_least(0);
  };
  stream->pool.run(static_cast<int64_t>(pieces.size()), [&](int64_t i, int worker) {
    const Piece& piece = pieces[static_cast<size_t>(i)];
    const Item& item = items[static_cast<size_t>(piece.item)];
    if (piece.span < 0) {
      stream->kernels.attention_tile(item.tile, item.span_begin, item.span_end, scratch(worker));
    } else {
      const int64_t size =
          stream->kernels.attention_partial_floats(p, rows_of_all_heads(item.tile));
      stream->kernels.attention_span(
          item.tile, piece.span, partials + item.partials + (piece.span - item.span_begin) * size,
          scratch(worker));
    }
  });
  items.erase(std::remove_if(items.begin(), items.end(),
                             [](const Item& item) { return item.partials < 0; }),
              items.end());
  stream->pool.run(static_cast<int64_t>(items.size()), [&](int64_t i, int worker) {
    const Item& item = items[static_cast<size_t>(i)];
    stream->kernels.attention_merge(item.tile, partials + item.partials,
                                    item.span_end - item.span_begin, scratch(worker));
  });
}

}  // namespace

int32_t attention(FoveaStream* stream, const FoveaAttention* p) {
  return fovea::guarded([&] {
    fovea::check_call(stream, p);
    fovea::check_shapes(*p);
    check_sequences(*p);
    run(stream, *p);
  });
}
