// Marks in a stream's work.
#include "common/device.h"

namespace {

using fovea::check_cuda;
using fovea::on_device;

cudaEvent_t event_of(uint64_t event) {
  fovea::check_tensor("event", event, {1});
  return fovea::pointer<CUevent_st>(event);
}

}  // namespace

int32_t foveaNewEvent(FoveaStream* stream, uint64_t* event) {
  return on_device(stream, event, [&] {
    cudaEvent_t created = nullptr;
    check_cuda("cudaEventCreate", cudaEventCreateWithFlags(&created, cudaEventDisableTiming));
    *event = reinterpret_cast<uintptr_t>(created);
  });
}

int32_t foveaFreeEvent(FoveaStream* stream, uint64_t event) {
  return on_device(stream,
                   [&] { check_cuda("cudaEventDestroy", cudaEventDestroy(event_of(event))); });
}

int32_t foveaRecordEvent(FoveaStream* stream, uint64_t event) {
  return on_device(stream, [&] {
    check_cuda("cudaEventRecord", cudaEventRecord(event_of(event), stream->handle));
  });
}

int32_t foveaAwaitEvent(FoveaStream* stream, uint64_t event) {
  return on_device(
      stream, [&] { check_cuda("cudaEventSynchronize", cudaEventSynchronize(event_of(event))); });
}
