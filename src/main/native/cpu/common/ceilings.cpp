// Ceilings of this machine on the stream's threads: medians over passes of a millisecond or more.
#include <algorithm>
#include <chrono>
#include <vector>

#include "common/check.h"
#include "common/stream.h"

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

void check(const FoveaStream* stream, double seconds, const double* out) {
  fovea::check_call(stream, out);
  if (!(seconds > 0 && seconds <= 600)) {
    fovea::fail(FOVEA_INVALID_ARGUMENT, "seconds: expected more than 0 to 600, got %g", seconds);
  }
}

// Runs passes for so long and gives the median of amount / seconds.
template <class Pass>
double median_rate(double seconds, const Pass& pass) {
  std::vector<double> rates;
  const Clock::time_point start = Clock::now();
  do {
    const Clock::time_point begin = Clock::now();
    const double amount = pass();
    rates.push_back(amount / seconds_since(begin));
  } while (seconds_since(start) < seconds);
  std::sort(rates.begin(), rates.end());
  return rates[rates.size() / 2];
}

}  // namespace

int32_t foveaReadBandwidth(FoveaStream* stream, int64_t bytes, double seconds,
                           double* bytesPerSecond) {
  return fovea::guarded([&] {
    check(stream, seconds, bytesPerSecond);
    constexpr int64_t kPiece = 1 << 20;
    fovea::check_range("bytes", bytes, kPiece, fovea::kMaxElements);
    fovea::Scratch memory;
    char* p = memory.at_least(bytes);
    const int64_t pieces = bytes / kPiece;
    std::vector<float> sums(static_cast<size_t>(stream->pool.threads()) * 64);
    // Written by the threads that read, and not with zeros: untouched pages would share one.
    stream->pool.run(pieces, [&](int64_t piece, int) {
      std::fill(reinterpret_cast<float*>(p + piece * kPiece),
                reinterpret_cast<float*>(p + (piece + 1) * kPiece), 1.0f);
    });
    // A pass reads a quarter, the next one goes on where it ended.
    const int64_t quarter = std::max<int64_t>(pieces / 4, 1);
    int64_t next = 0;
    *bytesPerSecond = median_rate(seconds, [&] {
      stream->pool.run(quarter, [&](int64_t i, int worker) {
        sums[static_cast<size_t>(worker) * 64] +=
            stream->kernels.read_memory(p + (next + i) % pieces * kPiece, kPiece);
      });
      next += quarter;
      return static_cast<double>(quarter * kPiece);
    });
  });
}

int32_t foveaDotPeak(FoveaStream* stream, double seconds, double* flopsPerSecond) {
  return fovea::guarded([&] {
    check(stream, seconds, flopsPerSecond);
    constexpr int64_t kRounds = 200000;
    const int threads = stream->pool.threads();
    std::vector<double> flops(static_cast<size_t>(threads) * 8);
    *flopsPerSecond = median_rate(seconds, [&] {
      std::fill(flops.begin(), flops.end(), 0.0);
      constexpr int kTasksAThread = 4;
      stream->pool.run(kTasksAThread * threads, [&](int64_t, int worker) {
        flops[static_cast<size_t>(worker) * 8] += stream->kernels.dot_rounds(kRounds);
      });
      double total = 0;
      for (double one : flops) {
        total += one;
      }
      return total;
    });
  });
}
