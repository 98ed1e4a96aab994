#include "common/thread_pool.h"

#include <chrono>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace fovea {
namespace {

constexpr uint64_t kOpen = 1u << 15;
constexpr uint64_t kActive = kOpen - 1;
constexpr uint64_t kEpoch = 1u << 16;
// Long enough to bridge two operations of one step, short enough to cost nothing between steps.
constexpr std::chrono::microseconds kSpin{40};

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

template <class Condition>
bool spin_until(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kSpin;
  do {
    for (int i = 0; i < 16; i++) {
      if (condition()) {
        return true;
      }
      pause();
    }
  } while (std::chrono::steady_clock::now() < deadline);
  return false;
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  workers_.reserve(static_cast<size_t>(threads - 1));
  try {
    for (int worker = 1; worker < threads; worker++) {
      workers_.emplace_back([this, worker] { work(worker); });
    }
  } catch (...) {
    // A thread that cannot be started must not leave the others running without an owner.
    stop();
    throw;
  }
}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::stop() {
  stopping_.store(true);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    work_ready_.notify_all();
  }
  for (std::thread& thread : workers_) {
    thread.join();
  }
}

void ThreadPool::run_job(const Job& job) {
  if (job.tasks <= 1 || workers_.empty()) {
    for (int64_t task = 0; task < job.tasks; task++) {
      job.call(job.body, task, 0);
    }
    return;
  }
  job_ = job;
  next_.store(0, std::memory_order_relaxed);
  // No worker is inside here: the last job was closed and left by all. Publishes job_.
  state_.store((state_.load() | (kEpoch - 1)) + 1 + kOpen);
  if (parked_.load() > 0) {
    std::lock_guard<std::mutex> lock(mutex_);
    work_ready_.notify_all();
  }
  drain(0);
  state_.fetch_and(~kOpen);
  const auto all_left = [this] { return (state_.load() & kActive) == 0; };
  if (!spin_until(all_left)) {
    std::unique_lock<std::mutex> lock(mutex_);
    caller_parked_.store(true);
    work_done_.wait(lock, all_left);
    caller_parked_.store(false);
  }
}

void ThreadPool::drain(int worker) {
  for (;;) {
    const int64_t task = next_.fetch_add(1, std::memory_order_relaxed);
    if (task >= job_.tasks) {
      return;
    }
    job_.call(job_.body, task, worker);
  }
}

bool ThreadPool::try_join(uint64_t* last_epoch) {
  uint64_t state = state_.load();
  while ((state & kOpen) != 0 && state / kEpoch != *last_epoch) {
    if (state_.compare_exchange_weak(state, state + 1)) {
      *last_epoch = state / kEpoch;
      return true;
    }
  }
  return false;
}

void ThreadPool::leave() {
  const uint64_t before = state_.fetch_sub(1);
  if ((before & kActive) == 1 && caller_parked_.load()) {
    std::lock_guard<std::mutex> lock(mutex_);
    work_done_.notify_one();
  }
}

bool ThreadPool::wait_for_work(uint64_t last_epoch) {
  const auto ready = [this, last_epoch] {
    const uint64_t state = state_.load();
    return stopping_.load() || ((state & kOpen) != 0 && state / kEpoch != last_epoch);
  };
  if (!spin_until(ready)) {
    std::unique_lock<std::mutex> lock(mutex_);
    parked_.fetch_add(1);
    work_ready_.wait(lock, ready);
    parked_.fetch_sub(1);
  }
  return !stopping_.load();
}

void ThreadPool::work(int worker) {
  uint64_t last_epoch = 0;
  while (wait_for_work(last_epoch)) {
    if (try_join(&last_epoch)) {
      drain(worker);
      leave();
    }
  }
}

}  // namespace fovea
