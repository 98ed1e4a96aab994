#include "common/memory.h"

#include <sys/mman.h>

#include <cinttypes>
#include <cstdlib>
#include <cstring>
#include <new>

#include "common/check.h"

namespace fovea {
namespace {

constexpr int64_t kCacheLine = 64;
constexpr int64_t kHugePage = 2 << 20;

int64_t round_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

// Lies in the cache line before the memory that is handed out.
struct Header {
  void* base;
  size_t mapped_bytes;  // 0: from calloc
};

}  // namespace

void* allocate_aligned(int64_t bytes) {
  const bool large = bytes >= kHugePage;
  const int64_t alignment = large ? kHugePage : kCacheLine;
  const size_t size = static_cast<size_t>(bytes + alignment + kCacheLine);
  // Fresh mappings are zero already, and a page costs nothing before its first use.
  void* base = large
                   ? mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                   : std::calloc(1, size);
  if (base == nullptr || base == MAP_FAILED) {
    throw std::bad_alloc();
  }
  if (large) {
    madvise(base, size, MADV_HUGEPAGE);
  }
  const int64_t start = static_cast<int64_t>(reinterpret_cast<uintptr_t>(base)) + kCacheLine;
  char* memory = reinterpret_cast<char*>(static_cast<uintptr_t>(round_up(start, alignment)));
  const Header header{base, large ? size : 0};
  std::memcpy(memory - kCacheLine, &header, sizeof header);
  return memory;
}

void free_aligned(void* memory) {
  if (memory == nullptr) {
    return;
  }
  Header header;
  std::memcpy(&header, static_cast<char*>(memory) - kCacheLine, sizeof header);
  if (header.mapped_bytes > 0) {
    munmap(header.base, header.mapped_bytes);
  } else {
    std::free(header.base);
  }
}

}  // namespace fovea

int32_t foveaAllocate(int64_t bytes, uint64_t* address) {
  return fovea::guarded([&] {
    fovea::check_range("bytes", bytes, 0, fovea::kMaxElements);
    fovea::check_tensor("address", reinterpret_cast<uintptr_t>(address), {1});
    try {
      *address = reinterpret_cast<uintptr_t>(fovea::allocate_aligned(bytes));
    } catch (const std::bad_alloc&) {
      fovea::fail(FOVEA_OUT_OF_MEMORY, "allocate: expected %" PRId64 " bytes, got none", bytes);
    }
  });
}

void foveaFree(uint64_t address) { fovea::free_aligned(fovea::pointer<void>(address)); }
