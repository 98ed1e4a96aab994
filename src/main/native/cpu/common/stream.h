// What a FoveaStream is on CPUs: a thread pool, the kernels of one instruction set, and scratch
// memory that grows to what the largest operation needed.
#ifndef FOVEA_CPU_COMMON_STREAM_H_
#define FOVEA_CPU_COMMON_STREAM_H_

#include <memory>
#include <vector>

#include "common/kernel_table.h"
#include "common/memory.h"
#include "common/thread_pool.h"

struct FoveaStream {
  FoveaStream(int threads, const fovea::KernelTable& table)
      : pool(threads), kernels(table), worker_scratch(static_cast<size_t>(threads)) {}

  fovea::ThreadPool pool;
  const fovea::KernelTable& kernels;
  std::vector<fovea::Scratch> worker_scratch;
  fovea::Scratch shared_scratch;
};

namespace fovea {

// Gives every worker at least so much scratch; called before the tasks start.
void reserve_worker_scratch(FoveaStream* stream, int64_t bytes);

// Splits [0, rows) into tasks of `grain` rows and calls body(begin, end, worker).
template <class Body>
void run_rows(FoveaStream* stream, int64_t rows, int64_t grain, const Body& body) {
  const int64_t step = grain > 0 ? grain : 1;
  stream->pool.run((rows + step - 1) / step, [&](int64_t task, int worker) {
    const int64_t begin = task * step;
    body(begin, begin + step < rows ? begin + step : rows, worker);
  });
}

}  // namespace fovea

#endif  // FOVEA_CPU_COMMON_STREAM_H_
