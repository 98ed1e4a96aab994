// A product's early start: linear_kernel comes up while the kernel before it still runs, and waits
// inside for what it multiplies (CUDA programming guide, "Programmatic Dependent Launch and
// Synchronization"). Its weight it may read at once.
//
// linear_kernel alone is launched by launch_early. All its threads call wait_for_predecessor, and
// until then read nothing but the weight. The kernels that let it start call let_successor_start
// and are themselves launched the plain way: they begin when all work before them has ended, so
// that one kernel at most still runs beside linear's start, and that one writes no weight. Behind
// all else (another linear, a copy) linear begins when that has ended, behind a kernel of cuBLASLt
// no sooner than that allows. And as linear does not end before its predecessor, what follows
// linear has nothing running before it. So no kernel launched early may call let_successor_start.
// Recorded launches keep the same edges.
#ifndef FOVEA_CUDA_COMMON_LAUNCH_CUH_
#define FOVEA_CUDA_COMMON_LAUNCH_CUH_

#include "common/device.h"

namespace fovea {

// A product behind this kernel may come up once all blocks have called this or ended: none of them
// is then still without a multiprocessor, so that it takes nobody's place.
__device__ inline void let_successor_start() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;");
#endif
}

// Returns when all earlier work of the stream has ended and its writes can be read. No ld.global.nc
// (__ldg, a const __restrict__ parameter) may read them: it could be moved above.
__device__ inline void wait_for_predecessor() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

template <class Params>
void launch_early(const char* name, const FoveaStream& stream, unsigned blocks, unsigned threads,
                  void (*kernel)(Params), const Params& p) {
  cudaLaunchAttribute early{};
  early.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  early.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(blocks);
  config.blockDim = dim3(threads);
  config.stream = stream.handle;
  config.attrs = &early;
  config.numAttrs = stream.kernels_wait ? 1 : 0;
  check_cuda(name, cudaLaunchKernelEx(&config, kernel, p));
}

}  // namespace fovea

#endif  // FOVEA_CUDA_COMMON_LAUNCH_CUH_
