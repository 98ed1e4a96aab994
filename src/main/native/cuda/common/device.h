// CUDA's errors as Failures, and what a FoveaStream is on a GPU.
#ifndef FOVEA_CUDA_COMMON_DEVICE_H_
#define FOVEA_CUDA_COMMON_DEVICE_H_

#include <cuda_runtime.h>

#include <memory>
#include <string>

#include "common/check.h"
#include "common/shapes.h"
#include "common/upload.h"

struct FoveaStream {
  int device = 0;
  int multiprocessors = 0;
  std::string isa;  // "sm_90"
  // Whether linear knows how to wait for its predecessor: see common/launch.cuh.
  bool kernels_wait = false;
  cudaStream_t handle = nullptr;
  // Resident blocks a multiprocessor, by type, head dim and the rows of a work item.
  int decode_blocks[2][4][2] = {};
  int forward_blocks[2][4] = {};  // by type and head dim
  std::unique_ptr<fovea::Staging> staging;
  cudaEvent_t timer[2] = {};  // its start and its end, made at first use
};

namespace fovea {

// A Failure with CUDA's name and text unless `error` is success. Clears an error that is not
// sticky, so that the next call does not answer for this one.
void check_cuda(const char* what, cudaError_t error);

// The launch just made.
inline void check_launch(const char* kernel) { check_cuda(kernel, cudaGetLastError()); }

// Runs `body` with the stream's device current on this thread.
template <class Body>
int32_t on_device(const FoveaStream* stream, const void* params, const Body& body) noexcept {
  return guarded([&] {
    check_call(stream, params);
    check_cuda("cudaSetDevice", cudaSetDevice(stream->device));
    body();
  });
}

template <class Body>
int32_t on_device(const FoveaStream* stream, const Body& body) noexcept {
  return on_device(stream, stream, body);
}

}  // namespace fovea

#endif  // FOVEA_CUDA_COMMON_DEVICE_H_
