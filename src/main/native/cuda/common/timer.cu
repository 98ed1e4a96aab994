// Time by the device's own clock, and the ceiling that it is held against: a plain read.
#include <algorithm>

#include "common/device.h"
#include "common/storage.cuh"

namespace fovea {
namespace {

constexpr int kThreads = 256;
constexpr int kBlocksAMultiprocessor = 8;
constexpr int kUnroll = 8;  // 16-byte words under way a thread
constexpr int kReads = 4;   // between two events

__global__ void fill_noise_kernel(uint4* words, int64_t count) {
  for (int64_t i = int64_t{blockIdx.x} * kThreads + threadIdx.x; i < count;
       i += int64_t{gridDim.x} * kThreads) {
    const uint32_t x = static_cast<uint32_t>(i) * 2654435761u;
    words[i] = make_uint4(x, x ^ (x >> 15), x * 2246822519u, ~x);
  }
}

// `sink` is written by nobody: the comparison keeps the compiler from dropping the reads.
__global__ void __launch_bounds__(kThreads)
    read_kernel(const uint4* __restrict__ words, int64_t count, uint32_t* sink) {
  uint32_t mixed = 0;
  const int64_t step = int64_t{gridDim.x} * kThreads;
  int64_t i = int64_t{blockIdx.x} * kThreads + threadIdx.x;
  for (; i + (kUnroll - 1) * step < count; i += kUnroll * step) {
    uint4 read[kUnroll];
#pragma unroll
    for (int j = 0; j < kUnroll; j++) {
      read[j] = __ldcs(words + i + j * step);
    }
#pragma unroll
    for (int j = 0; j < kUnroll; j++) {
      mixed |= read[j].x & read[j].y & read[j].z & read[j].w;
    }
  }
  for (; i < count; i += step) {
    mixed |= __ldcs(words + i).x;
  }
  if (mixed == 0xdeadbeef) {
    *sink = mixed;
  }
}

struct Memory {
  explicit Memory(int64_t bytes) {
    check_cuda("cudaMalloc", cudaMalloc(&address, static_cast<size_t>(bytes)));
  }
  ~Memory() { cudaFree(address); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  void* address = nullptr;
};

void start(FoveaStream* stream) {
  for (cudaEvent_t& event : stream->timer) {
    if (event == nullptr) {
      check_cuda("cudaEventCreate", cudaEventCreate(&event));
    }
  }
  check_cuda("cudaEventRecord", cudaEventRecord(stream->timer[0], stream->handle));
}

double stop(FoveaStream* stream) {
  if (stream->timer[1] == nullptr) {
    fail(FOVEA_INVALID_ARGUMENT, "timer: expected one that runs, got none");
  }
  check_cuda("cudaEventRecord", cudaEventRecord(stream->timer[1], stream->handle));
  check_cuda("cudaEventSynchronize", cudaEventSynchronize(stream->timer[1]));
  float milliseconds = 0;
  check_cuda("cudaEventElapsedTime",
             cudaEventElapsedTime(&milliseconds, stream->timer[0], stream->timer[1]));
  return milliseconds * 1e-3;
}

double read_bandwidth(FoveaStream* stream, int64_t bytes, double seconds) {
  const Memory memory(bytes);
  uint4* words = static_cast<uint4*>(memory.address);
  const int64_t count = bytes / static_cast<int64_t>(sizeof(uint4));
  const unsigned blocks = static_cast<unsigned>(kBlocksAMultiprocessor * stream->multiprocessors);
  fill_noise_kernel<<<blocks, kThreads, 0, stream->handle>>>(words, count);
  check_launch("fill_noise_kernel");
  double best = 0;
  for (double passed = 0; passed < seconds || best == 0;) {
    start(stream);
    for (int i = 0; i < kReads; i++) {
      read_kernel<<<blocks, kThreads, 0, stream->handle>>>(words, count,
                                                           static_cast<uint32_t*>(memory.address));
      check_launch("read_kernel");
    }
    const double taken = stop(stream);
    best = std::max(best, kReads * static_cast<double>(count) * sizeof(uint4) / taken);
    passed += taken;
  }
  return best;
}

}  // namespace
}  // namespace fovea

int32_t foveaStartTimer(FoveaStream* stream) {
  return fovea::on_device(stream, [&] { fovea::start(stream); });
}

int32_t foveaStopTimer(FoveaStream* stream, double* seconds) {
  return fovea::on_device(stream, seconds, [&] { *seconds = fovea::stop(stream); });
}

int32_t foveaReadBandwidth(FoveaStream* stream, int64_t bytes, double seconds,
                           double* bytesPerSecond) {
  return fovea::on_device(stream, bytesPerSecond, [&] {
    fovea::check_range("bytes", bytes, 1 << 20, fovea::kMaxElements);
    *bytesPerSecond = fovea::read_bandwidth(stream, bytes, seconds);
  });
}
