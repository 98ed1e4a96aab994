#ifndef FOVEA_CPU_COMMON_MEMORY_H_
#define FOVEA_CPU_COMMON_MEMORY_H_

#include <cstdint>

namespace fovea {

// 64-byte aligned (2 MiB for large sizes, so that huge pages fit), zeroed; throws bad_alloc.
void* allocate_aligned(int64_t bytes);
void free_aligned(void* memory);

// Memory that grows to the largest size ever asked for and is then reused; contents are not kept.
class Scratch {
 public:
  Scratch() = default;
  ~Scratch() { free_aligned(memory_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  char* at_least(int64_t bytes) {
    if (bytes > bytes_) {
      free_aligned(memory_);
      memory_ = nullptr;
      bytes_ = 0;
      memory_ = static_cast<char*>(allocate_aligned(bytes));
      bytes_ = bytes;
    }
    return memory_;
  }

 private:
  char* memory_ = nullptr;
  int64_t bytes_ = 0;
};

}  // namespace fovea

#endif  // FOVEA_CPU_COMMON_MEMORY_H_
