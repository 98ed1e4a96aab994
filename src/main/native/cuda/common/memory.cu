// Device and pinned memory, and copies.
#include "common/device.h"

namespace {

using fovea::check_cuda;
using fovea::on_device;
using fovea::pointer;

// Size zero is an address too: the least allocation.
size_t checked_bytes(int64_t bytes) {
  fovea::check_range("bytes", bytes, 0, fovea::kMaxElements);
  return bytes > 0 ? static_cast<size_t>(bytes) : 1;
}

}  // namespace

int32_t foveaDeviceAllocate(FoveaStream* stream, int64_t bytes, uint64_t* address) {
  return on_device(stream, address, [&] {
    void* memory = nullptr;
    check_cuda("cudaMalloc", cudaMalloc(&memory, checked_bytes(bytes)));
    *address = reinterpret_cast<uintptr_t>(memory);
  });
}

int32_t foveaDeviceFree(FoveaStream* stream, uint64_t address) {
  return on_device(stream, [&] { check_cuda("cudaFree", cudaFree(pointer<void>(address))); });
}

int32_t foveaPinnedAllocate(FoveaStream* stream, int64_t bytes, uint64_t* address) {
  return on_device(stream, address, [&] {
    void* memory = nullptr;
    check_cuda("cudaHostAlloc", cudaHostAlloc(&memory, checked_bytes(bytes), cudaHostAllocDefault));
    *address = reinterpret_cast<uintptr_t>(memory);
  });
}

int32_t foveaPinnedFree(FoveaStream* stream, uint64_t address) {
  return on_device(stream,
                   [&] { check_cuda("cudaFreeHost", cudaFreeHost(pointer<void>(address))); });
}

int32_t foveaDeviceMemory(FoveaStream* stream, int64_t* freeBytes, int64_t* totalBytes) {
  return on_device(stream, [&] {
    size_t free = 0;
    size_t total = 0;
    check_cuda("cudaMemGetInfo", cudaMemGetInfo(&free, &total));
    if (freeBytes != nullptr) {
      *freeBytes = static_cast<int64_t>(free);
    }
    if (totalBytes != nullptr) {
      *totalBytes = static_cast<int64_t>(total);
    }
  });
}

int32_t foveaCopy(FoveaStream* stream, uint64_t to, uint64_t from, int64_t bytes) {
  return on_device(stream, [&] {
    fovea::check_tensor("to", to, {bytes});
    fovea::check_tensor("from", from, {bytes});
    if (bytes > 0) {
      check_cuda("cudaMemcpyAsync",
                 cudaMemcpyAsync(pointer<void>(to), pointer<const void>(from),
                                 static_cast<size_t>(bytes), cudaMemcpyDefault, stream->handle));
    }
  });
}

int32_t foveaFill(FoveaStream* stream, uint64_t address, int32_t byteValue, int64_t bytes) {
  return on_device(stream, [&] {
    fovea::check_tensor("address", address, {bytes});
    if (bytes > 0) {
      check_cuda("cudaMemsetAsync", cudaMemsetAsync(pointer<void>(address), byteValue,
                                                    static_cast<size_t>(bytes), stream->handle));
    }
  });
}

int32_t foveaUpload(FoveaStream* stream, uint64_t to, uint64_t from, int64_t bytes,
                    int32_t threads) {
  return on_device(stream, [&] {
    fovea::check_tensor("to", to, {bytes});
    fovea::check_tensor("from", from, {bytes});
    fovea::check_range("threads", threads, 1, 1024);
    stream->staging->upload({stream->device, stream->handle, pointer<char>(to),
                             pointer<const char>(from), bytes, threads});
    check_cuda("cudaStreamSynchronize", cudaStreamSynchronize(stream->handle));
  });
}
