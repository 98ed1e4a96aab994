// Checks sample's arguments and shares rows out over threads. As every step's last operation it
// also tells whether the weights before it were there.
#include <cinttypes>
#include <cmath>

#include "common/check.h"
#include "common/mapped_files.h"
#include "common/shapes.h"
#include "common/stream.h"
#include "ops/sampler.h"

namespace {

void check_cuts(const char* what, uint64_t start, int64_t rows) {
  const int32_t* cuts = fovea::pointer<const int32_t>(start);
  fovea::check_range(what, cuts[0], 0, 0);
  for (int64_t r = 0; r < rows; r++) {
    fovea::check_range(what, cuts[r + 1], cuts[r], INT32_MAX);
  }
}

void check_row_values(const FoveaSample& p) {
  for (int64_t r = 0; r < p.numRows; r++) {
    const float temperature = fovea::pointer<const float>(p.temperature)[r];
    if (!(temperature >= 0) || std::isinf(temperature)) {
      fovea::fail(FOVEA_INVALID_ARGUMENT,
                  "temperature[%" PRId64 "]: expected 0 or a finite positive number, got %g", r,
                  static_cast<double>(temperature));
    }
  }
}

void check(const FoveaStream* stream, const FoveaSample* p) {
  fovea::check_call(stream, p);
  fovea::check_shapes(*p);
  check_row_values(*p);
  check_cuts("banStart", p->banStart, p->numRows);
  const int64_t bans = fovea::pointer<const int32_t>(p->banStart)[p->numRows];
  fovea::check_tensor("banned", p->banned, {bans});
  fovea::check_ids("banned", p->banned, bans, p->vocabulary);
  check_cuts("penaltyStart", p->penaltyStart, p->numRows);
  const int64_t penalties = fovea::pointer<const int32_t>(p->penaltyStart)[p->numRows];
  fovea::check_tensor("penaltyToken", p->penaltyToken, {penalties});
  fovea::check_tensor("penaltyCount", p->penaltyCount, {penalties});
  fovea::check_ids("penaltyToken", p->penaltyToken, penalties, p->vocabulary);
}

}  // namespace

int32_t sample(FoveaStream* stream, const FoveaSample* p) {
  return fovea::guarded([&] {
    if (p != nullptr && p->numRows == 0) {
      return;
    }
    check(stream, p);
    fovea::reserve_worker_scratch(stream, fovea::Sampler::scratch_bytes(p->vocabulary));
    stream->pool.run(p->numRows, [&](int64_t row, int worker) {
      char* scratch = stream->worker_scratch[static_cast<size_t>(worker)].at_least(0);
      fovea::pointer<int32_t>(p->tokens)[row] =
          fovea::Sampler(stream->kernels, *p, row, scratch).draw();
    });
    fovea::check_mapped_files();
  });
}
