// A small pool: the caller works too, idle workers spin for some microseconds and then park.
#ifndef FOVEA_CPU_COMMON_THREAD_POOL_H_
#define FOVEA_CPU_COMMON_THREAD_POOL_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

namespace fovea {

class ThreadPool {
 public:
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // Calls body(task, worker) once for each task in [0, tasks), worker in [0, threads()), and
  // returns when all are done. Tasks are handed out in rising order. The body must not throw.
  template <class Body>
  void run(int64_t tasks, const Body& body) {
    run_job({[](const void* b, int64_t task, int worker) {
               (*static_cast<const Body*>(b))(task, worker);
             },
             &body, tasks});
  }

 private:
  struct Job {
    void (*call)(const void* body, int64_t task, int worker);
    const void* body;
    int64_t tasks;
  };

  void stop();
  void run_job(const Job& job);
  void drain(int worker);
  void work(int worker);
  bool try_join(uint64_t* last_epoch);
  void leave();
  bool wait_for_work(uint64_t last_epoch);

  Job job_{};
  alignas(64) std::atomic<int64_t> next_{0};
  // Epoch in the high bits, then one bit "a job is open", then the number of workers in it.
  alignas(64) std::atomic<uint64_t> state_{0};
  std::atomic<int> parked_{0};
  std::atomic<bool> caller_parked_{false};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable work_ready_;
  std::condition_variable work_done_;
  std::vector<std::thread> workers_;
};

}  // namespace fovea

#endif  // FOVEA_CPU_COMMON_THREAD_POOL_H_
