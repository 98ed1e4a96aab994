// Devices: what there is, and opening one.
#include <cstdio>

#include "attention/attention.h"
#include "common/device.h"

namespace fovea {
namespace {

constexpr int kLeastMajor = 8;  // bf16 matrix instructions and cp.async
// What kernels must be compiled for to contain griddepcontrol; code of 8.0 that the driver compiled
// for a newer device does not.
constexpr int kLeastWaitingVersion = 90;

bool is_absent(cudaError_t error) {
  return error == cudaErrorNoDevice || error == cudaErrorInsufficientDriver ||
         error == cudaErrorStubLibrary;
}

int count_devices() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (is_absent(error)) {
    cudaGetLastError();
    remember(FOVEA_OK, cudaGetErrorString(error));
    return 0;
  }
  check_cuda("cudaGetDeviceCount", error);
  return count;
}

void check_device(int32_t device) {
  const int count = count_devices();
  if (device < 0 || device >= count) {
    fail(FOVEA_INVALID_ARGUMENT, "device: expected one of %d devices, got %d", count, device);
  }
}

int attribute(int device, cudaDeviceAttr name) {
  int value = 0;
  check_cuda("cudaDeviceGetAttribute", cudaDeviceGetAttribute(&value, name, device));
  return value;
}

__global__ void probe_kernel() {}

std::unique_ptr<FoveaStream> open(int device) {
  const int major = attribute(device, cudaDevAttrComputeCapabilityMajor);
  const int minor = attribute(device, cudaDevAttrComputeCapabilityMinor);
  check_cuda("cudaSetDevice", cudaSetDevice(device));
  cudaFuncAttributes attributes;
  const cudaError_t error =
      cudaFuncGetAttributes(&attributes, reinterpret_cast<const void*>(&probe_kernel));
  if (major < kLeastMajor || error == cudaErrorNoKernelImageForDevice ||
      error == cudaErrorUnsupportedPtxVersion || error == cudaErrorInvalidPtx) {
    cudaGetLastError();
    fail(FOVEA_UNSUPPORTED,
         "device %d: expected one that the build has code for, of compute capability 8.0 or newer, "
         "got %d.%d",
         device, major, minor);
  }
  check_cuda("cudaFuncGetAttributes", error);
  auto stream = std::make_unique<FoveaStream>();
  stream->device = device;
  stream->multiprocessors = attribute(device, cudaDevAttrMultiProcessorCount);
  stream->kernels_wait = attributes.ptxVersion >= kLeastWaitingVersion;
  stream->isa = "sm_" + std::to_string(major) + std::to_string(minor);
  prepare_attention(stream.get());
  stream->staging = std::make_unique<Staging>();
  check_cuda("cudaStreamCreate", cudaStreamCreateWithFlags(&stream->handle, cudaStreamNonBlocking));
  return stream;
}

}  // namespace

void check_cuda(const char* what, cudaError_t error) {
  if (error == cudaSuccess) {
    return;
  }
  cudaGetLastError();
  fail(error == cudaErrorMemoryAllocation ? FOVEA_OUT_OF_MEMORY : FOVEA_DEVICE_ERROR,
       "%s: CUDA answered %s: %s", what, cudaGetErrorName(error), cudaGetErrorString(error));
}

}  // namespace fovea

int32_t foveaDeviceCount(int32_t* count) {
  return fovea::guarded([&] {
    if (count == nullptr) {
      fovea::fail(FOVEA_INVALID_ARGUMENT, "count: expected an address, got null");
    }
    *count = 0;
    *count = fovea::count_devices();
  });
}

int32_t foveaDescribeDevice(int32_t device, FoveaDeviceInfo* info) {
  return fovea::guarded([&] {
    if (info == nullptr) {
      fovea::fail(FOVEA_INVALID_ARGUMENT, "info: expected an address, got null");
    }
    fovea::check_device(device);
    cudaDeviceProp properties;
    fovea::check_cuda("cudaGetDeviceProperties", cudaGetDeviceProperties(&properties, device));
    size_t free = 0;
    size_t total = 0;
    fovea::check_cuda("cudaSetDevice", cudaSetDevice(device));
    fovea::check_cuda("cudaMemGetInfo", cudaMemGetInfo(&free, &total));
    *info = {};
    std::snprintf(info->name, sizeof info->name, "%s", properties.name);
    info->major = properties.major;
    info->minor = properties.minor;
    info->multiprocessors = properties.multiProcessorCount;
    fovea::check_cuda("cudaDriverGetVersion", cudaDriverGetVersion(&info->driverVersion));
    fovea::check_cuda("cudaRuntimeGetVersion", cudaRuntimeGetVersion(&info->runtimeVersion));
    info->totalBytes = static_cast<int64_t>(total);
    info->freeBytes = static_cast<int64_t>(free);
    info->l2Bytes = properties.l2CacheSize;
  });
}

int32_t foveaOpenDevice(int32_t device, FoveaStream** out) {
  return fovea::guarded([&] {
    if (out == nullptr) {
      fovea::fail(FOVEA_INVALID_ARGUMENT, "out: expected an address, got null");
    }
    fovea::check_device(device);
    *out = fovea::open(device).release();
  });
}

void foveaCloseStream(FoveaStream* stream) {
  if (stream == nullptr) {
    return;
  }
  // On a device that is lost these answer errors, which closing has no use for.
  cudaSetDevice(stream->device);
  cudaStreamSynchronize(stream->handle);
  for (const cudaEvent_t event : stream->timer) {
    if (event != nullptr) {
      cudaEventDestroy(event);
    }
  }
  cudaStreamDestroy(stream->handle);
  cudaGetLastError();
  delete stream;
}

int32_t foveaSynchronize(FoveaStream* stream) {
  return fovea::on_device(stream, [&] {
    fovea::check_cuda("cudaStreamSynchronize", cudaStreamSynchronize(stream->handle));
  });
}

uint64_t foveaStreamHandle(const FoveaStream* stream) {
  return reinterpret_cast<uintptr_t>(stream->handle);
}

const char* foveaStreamIsa(const FoveaStream* stream) { return stream->isa.c_str(); }
