// out[r] = x[rows[r]].
#include <cstring>

#include "common/check.h"
#include "common/shapes.h"
#include "common/stream.h"

int32_t gatherRows(FoveaStream* stream, const FoveaGatherRows* p) {
  return fovea::guarded([&] {
    fovea::check_call(stream, p);
    fovea::check_shapes(*p);
    fovea::check_ids("rows", p->rows, p->numRows, p->numTokens);
    const int64_t row_bytes = p->columns * fovea::type_bytes("type", p->type);
    if (row_bytes == 0) {
      return;
    }
    const int32_t* rows = fovea::pointer<const int32_t>(p->rows);
    fovea::run_rows(stream, p->numRows, 131072 / row_bytes, [&](int64_t begin, int64_t end, int) {
      for (int64_t r = begin; r < end; r++) {
        std::memcpy(fovea::pointer<char>(p->out) + r * row_bytes,
                    fovea::pointer<const char>(p->x) + rows[r] * row_bytes,
                    static_cast<size_t>(row_bytes));
      }
    });
  });
}
