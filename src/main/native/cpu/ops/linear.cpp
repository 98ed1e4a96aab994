// Checks linear's arguments and shares its outputs out over threads; K is never split.
#include <algorithm>

#include "common/check.h"
#include "common/shapes.h"
#include "common/stream.h"

namespace {

using fovea::LinearBlock;

constexpr int64_t kPanelBytes = 256 << 10;  // of weight rows: a part of L2
constexpr int64_t kPanelUnit = 8;           // rows, so that few tiles are cut short
constexpr int64_t kRowsATask = 192;

// Weight rows a task: a panel, but enough tasks for all threads to end together.
int64_t outputs_a_task(const FoveaStream& stream, const FoveaLinear& p) {
  const int64_t row_bytes = p.inputs * fovea::type_bytes("type", p.type);
  const int64_t panel = std::max<int64_t>(kPanelBytes / row_bytes, kPanelUnit);
  const int64_t share = (p.outputs + 4 * stream.pool.threads() - 1) / (4 * stream.pool.threads());
  const int64_t rows = std::min(panel, std::max(share, kPanelUnit));
  return (rows + kPanelUnit - 1) / kPanelUnit * kPanelUnit;
}

}  // namespace

int32_t linear(FoveaStream* stream, const FoveaLinear* p) {
  return fovea::guarded([&] {
    fovea::check_call(stream, p);
    fovea::check_shapes(*p);
    if (p->numTokens == 0 || p->outputs == 0) {
      return;
    }
    fovea::reserve_worker_scratch(stream, stream->kernels.linear_scratch_bytes(*p));
    const int64_t step = outputs_a_task(*stream, *p);
    const int64_t panels = (p->outputs + step - 1) / step;
    const int64_t row_blocks = (p->numTokens + kRowsATask - 1) / kRowsATask;
    // Neighbouring tasks share a block of x rows, which the threads then read at the same time.
    stream->pool.run(panels * row_blocks, [&](int64_t task, int worker) {
      LinearBlock block{};
      block.p = p;
      block.row_begin = task / panels * kRowsATask;
      block.row_end = std::min(block.row_begin + kRowsATask, p->numTokens);
      block.out_begin = task % panels * step;
      block.out_end = std::min(block.out_begin + step, p->outputs);
      block.scratch = stream->worker_scratch[static_cast<size_t>(worker)].at_least(0);
      stream->kernels.linear_block(block);
    });
  });
}
