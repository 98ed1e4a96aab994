// Recorded work.
#include "common/device.h"

namespace {

using fovea::check_cuda;
using fovea::on_device;

cudaGraphExec_t exec_of(uint64_t graph) {
  fovea::check_tensor("graph", graph, {1});
  return fovea::pointer<CUgraphExec_st>(graph);
}

}  // namespace

int32_t foveaBeginGraph(FoveaStream* stream) {
  return on_device(stream, [&] {
    check_cuda("cudaStreamBeginCapture",
               cudaStreamBeginCapture(stream->handle, cudaStreamCaptureModeThreadLocal));
  });
}

int32_t foveaEndGraph(FoveaStream* stream, uint64_t* graph) {
  return on_device(stream, [&] {
    cudaGraph_t recorded = nullptr;
    const cudaError_t ended = cudaStreamEndCapture(stream->handle, &recorded);
    if (graph == nullptr) {
      // Answers an error where recording failed, which is known.
      cudaGetLastError();
      if (recorded != nullptr) {
        check_cuda("cudaGraphDestroy", cudaGraphDestroy(recorded));
      }
      return;
    }
    check_cuda("cudaStreamEndCapture", ended);
    cudaGraphExec_t exec = nullptr;
    const cudaError_t made = cudaGraphInstantiate(&exec, recorded, 0);
    check_cuda("cudaGraphDestroy", cudaGraphDestroy(recorded));
    check_cuda("cudaGraphInstantiate", made);
    *graph = reinterpret_cast<uintptr_t>(exec);
    check_cuda("cudaGraphUpload", cudaGraphUpload(exec, stream->handle));
  });
}

int32_t foveaLaunchGraph(FoveaStream* stream, uint64_t graph) {
  return on_device(stream, [&] {
    check_cuda("cudaGraphLaunch", cudaGraphLaunch(exec_of(graph), stream->handle));
  });
}

int32_t foveaFreeGraph(FoveaStream* stream, uint64_t graph) {
  return on_device(
      stream, [&] { check_cuda("cudaGraphExecDestroy", cudaGraphExecDestroy(exec_of(graph))); });
}
