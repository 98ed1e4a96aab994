// Files in memory. A page behind the end of a file that was cut short while it was mapped cannot be
// read: the system sends SIGBUS, which would end the process and every request with it. The handler
// here puts zeros in the place of such pages, for mapped files alone, and remembers that it did, so
// that the step that read them fails. All other faults go to the handler that was there before.
#include "common/mapped_files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cinttypes>
#include <cstring>
#include <mutex>

#include "common/check.h"

namespace fovea {
namespace {

// More shards than any checkpoint has; a file beyond them is mapped all the same, without help.
constexpr size_t kMaxFiles = 4096;

// Read by the handler at any moment: `begin` is set last and cleared first.
struct MappedRange {
  std::atomic<uintptr_t> begin{0};
  std::atomic<uintptr_t> end{0};
  std::atomic<bool> is_cut{false};
};

std::array<MappedRange, kMaxFiles> ranges;
std::mutex ranges_mutex;
std::atomic<int> num_cut{0};
uintptr_t page_bytes;
struct sigaction previous;

MappedRange* range_of(uintptr_t address) {
  for (MappedRange& range : ranges) {
    const uintptr_t begin = range.begin.load(std::memory_order_acquire);
    if (begin != 0 && address >= begin && address < range.end.load()) {
      return &range;
    }
  }
  return nullptr;
}

// Only what may be called in a handler: mmap is a plain system call on Linux.
bool fill_with_zeros(uintptr_t address) {
  MappedRange* range = range_of(address);
  if (range == nullptr) {
    return false;
  }
  const uintptr_t page = address / page_bytes * page_bytes;
  void* zeros = mmap(reinterpret_cast<void*>(page), range->end.load() - page, PROT_READ,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
  if (zeros == MAP_FAILED) {
    return false;
  }
  if (!range->is_cut.exchange(true)) {
    num_cut.fetch_add(1);
  }
  return true;
}

void on_bus_error(int signal, siginfo_t* info, void* context) {
  const int saved = errno;
  const bool is_filled =
      info->si_code == BUS_ADRERR && fill_with_zeros(reinterpret_cast<uintptr_t>(info->si_addr));
  errno = saved;
  if (is_filled) {
    return;
  }
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    sigaction(SIGBUS, &previous, nullptr);  // the access is tried again, and ends the process
  }
}

void install_handler() {
  page_bytes = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  struct sigaction action;
  std::memset(&action, 0, sizeof action);
  if (sigaction(SIGBUS, nullptr, &previous) != 0) {
    return;
  }
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
  action.sa_mask = previous.sa_mask;
  sigaction(SIGBUS, &action, nullptr);
}

void remember(uintptr_t begin, size_t bytes) {
  static std::once_flag installed;
  std::call_once(installed, install_handler);
  const std::lock_guard<std::mutex> lock(ranges_mutex);
  for (MappedRange& range : ranges) {
    if (range.begin.load() == 0) {
      range.end.store((begin + bytes + page_bytes - 1) / page_bytes * page_bytes);
      range.begin.store(begin, std::memory_order_release);
      return;
    }
  }
}

void forget(uintptr_t begin) {
  const std::lock_guard<std::mutex> lock(ranges_mutex);
  for (MappedRange& range : ranges) {
    if (range.begin.load() == begin) {
      range.begin.store(0);
      if (range.is_cut.exchange(false)) {
        num_cut.fetch_sub(1);
      }
      return;
    }
  }
}

class FileDescriptor {
 public:
  explicit FileDescriptor(const char* path) : fd_(open(path, O_RDONLY | O_CLOEXEC)) {}
  ~FileDescriptor() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

void map_file(const char* path, uint64_t* address, int64_t* bytes) {
  FileDescriptor file(path);
  struct stat info;
  if (file.get() < 0 || fstat(file.get(), &info) != 0) {
    fail(FOVEA_IO_ERROR, "%s: expected a readable file, got: %s", path, std::strerror(errno));
  }
  if (!S_ISREG(info.st_mode) || info.st_size == 0) {
    fail(FOVEA_IO_ERROR, "%s: expected a regular file that is not empty, got %" PRId64 " bytes",
         path, static_cast<int64_t>(info.st_size));
  }
  const size_t length = static_cast<size_t>(info.st_size);
  void* memory = mmap(nullptr, length, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (memory == MAP_FAILED) {
    fail(FOVEA_IO_ERROR, "%s: expected to map %zu bytes, got: %s", path, length,
         std::strerror(errno));
  }
  // Advice only: where the kernel cannot follow it, the file works all the same.
  madvise(memory, length, MADV_HUGEPAGE);
  madvise(memory, length, MADV_WILLNEED);
  remember(reinterpret_cast<uintptr_t>(memory), length);
  *address = reinterpret_cast<uintptr_t>(memory);
  *bytes = info.st_size;
}

}  // namespace

void check_mapped_files() {
  if (num_cut.load() != 0) {
    fail(FOVEA_IO_ERROR, "weights: expected a whole file, got one that was cut short while mapped");
  }
}

}  // namespace fovea

int32_t foveaMapFile(const char* path, uint64_t* address, int64_t* bytes) {
  return fovea::guarded([&] {
    if (path == nullptr || address == nullptr || bytes == nullptr) {
      fovea::fail(FOVEA_INVALID_ARGUMENT, "mapFile: expected path, address and bytes, got null");
    }
    fovea::map_file(path, address, bytes);
  });
}

int32_t foveaUnmapFile(uint64_t address, int64_t bytes) {
  return fovea::guarded([&] {
    fovea::forget(static_cast<uintptr_t>(address));
    if (munmap(fovea::pointer<void>(address), static_cast<size_t>(bytes)) != 0) {
      fovea::fail(FOVEA_INVALID_ARGUMENT, "unmapFile: expected a mapped range, got: %s",
                  std::strerror(errno));
    }
  });
}
