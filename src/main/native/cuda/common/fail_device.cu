// The death path's test: an assertion that fails on the device, in builds without assertions too.
#undef NDEBUG
#include <cassert>

#include "common/device.h"

namespace {

__global__ void fail_device_kernel(int zero) { assert(zero != 0); }

}  // namespace

int32_t foveaFailDevice(FoveaStream* stream) {
  return fovea::on_device(stream, [&] {
    fail_device_kernel<<<1, 1, 0, stream->handle>>>(0);
    fovea::check_launch("fail_device_kernel");
  });
}
