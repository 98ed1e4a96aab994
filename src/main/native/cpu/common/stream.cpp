#include "common/stream.h"

#include "common/check.h"
#include "common/shapes.h"

namespace fovea {
namespace {

constexpr int kMaxThreads = 1024;

bool processor_has(int32_t isa) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  switch (isa) {
    case FOVEA_ISA_AVX2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
             __builtin_cpu_supports("f16c");
    case FOVEA_ISA_AVX512:
      return processor_has(FOVEA_ISA_AVX2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bf16");
    default:
      return true;
  }
#else
  return isa == FOVEA_ISA_PORTABLE;
#endif
}

const KernelTable* built_kernels(int32_t isa) {
  switch (isa) {
#if defined(FOVEA_HAS_AVX2)
    case FOVEA_ISA_AVX2:
      return &avx2::kernel_table();
#endif
#if defined(FOVEA_HAS_AVX512)
    case FOVEA_ISA_AVX512:
      return &avx512::kernel_table();
#endif
    case FOVEA_ISA_PORTABLE:
      return &portable::kernel_table();
    default:
      return nullptr;
  }
}

const KernelTable& choose(int32_t isa) {
  check_range("isa", isa, FOVEA_ISA_AUTO, FOVEA_ISA_AVX512);
  const int32_t best = isa == FOVEA_ISA_AUTO ? FOVEA_ISA_AVX512 : isa;
  for (int32_t candidate = best; candidate >= FOVEA_ISA_PORTABLE; candidate--) {
    const KernelTable* table = built_kernels(candidate);
    if (table != nullptr && processor_has(candidate)) {
      return *table;
    }
    if (isa != FOVEA_ISA_AUTO) {
      fail(FOVEA_UNSUPPORTED, "isa %d: expected one that the %s has, got one it lacks", isa,
           table == nullptr ? "build" : "processor");
    }
  }
  return portable::kernel_table();
}

}  // namespace

void reserve_worker_scratch(FoveaStream* stream, int64_t bytes) {
  for (Scratch& scratch : stream->worker_scratch) {
    scratch.at_least(bytes);
  }
}

}  // namespace fovea

int32_t foveaOpenStream(int32_t threads, int32_t isa, FoveaStream** out) {
  return fovea::guarded([&] {
    fovea::check_range("threads", threads, 0, fovea::kMaxThreads);
    if (out == nullptr) {
      fovea::fail(FOVEA_INVALID_ARGUMENT, "out: expected an address, got null");
    }
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    const int count = threads > 0 ? threads : cores > 0 ? cores : 1;
    *out = new FoveaStream(count, fovea::choose(isa));
  });
}

void foveaCloseStream(FoveaStream* stream) { delete stream; }

int32_t foveaSynchronize(FoveaStream* stream) {
  // Operations return when they are done.
  return fovea::guarded([&] { fovea::check_call(stream, stream); });
}

int32_t foveaStreamThreads(const FoveaStream* stream) { return stream->pool.threads(); }

const char* foveaStreamIsa(const FoveaStream* stream) { return stream->kernels.isa; }

const char* foveaAttentionKernel(const FoveaStream* stream, int32_t kvType) {
  return stream->kernels.attention_name(kvType);
}
