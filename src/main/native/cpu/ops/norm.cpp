// rmsNorm and layerNorm: rows over threads, each row by one kernel call.
#include "common/check.h"
#include "common/shapes.h"
#include "common/stream.h"

namespace {

using RowKernel = void (*)(const fovea::NormRow&);

int32_t normalise(FoveaStream* stream, const FoveaNorm* p, RowKernel fovea::KernelTable::*kernel) {
  return fovea::guarded([&] {
    fovea::check_call(stream, p);
    fovea::check_shapes(*p);
    const fovea::KernelTable& kernels = stream->kernels;
    const int64_t row_bytes = p->hidden * static_cast<int64_t>(sizeof(float));
    if (p->numTokens == 0 || p->hidden == 0) {
      return;
    }
    float* gamma = reinterpret_cast<float*>(stream->shared_scratch.at_least(2 * row_bytes));
    float* beta = p->beta != 0 ? gamma + p->hidden : nullptr;
    kernels.to_f32(p->weightType, fovea::pointer<const void>(p->gamma), gamma, p->hidden);
    if (beta != nullptr) {
      kernels.to_f32(p->weightType, fovea::pointer<const void>(p->beta), beta, p->hidden);
    }
    fovea::reserve_worker_scratch(stream, row_bytes);
    const int64_t out_bytes = p->hidden * fovea::type_bytes("outType", p->outType);
    const auto rows = [&](int64_t begin, int64_t end, int worker) {
      auto& scratch = stream->worker_scratch[static_cast<size_t>(worker)];
      float* normalised = reinterpret_cast<float*>(scratch.at_least(0));
      for (int64_t n = begin; n < end; n++) {
        float* residual = fovea::pointer<float>(p->residual) + n * p->hidden;
        const float* delta =
            p->delta != 0 ? fovea::pointer<const float>(p->delta) + n * p->hidden : nullptr;
        (kernels.*kernel)({residual, delta, gamma, beta, normalised, p->hidden, p->epsilon});
        kernels.from_f32(p->outType, normalised, fovea::pointer<char>(p->out) + n * out_bytes,
                         p->hidden);
      }
    };
    fovea::run_rows(stream, p->numTokens, 65536 / row_bytes, rows);
  });
}

}  // namespace

int32_t rmsNorm(FoveaStream* stream, const FoveaNorm* p) {
  return normalise(stream, p, &fovea::KernelTable::rms_norm_row);
}

int32_t layerNorm(FoveaStream* stream, const FoveaNorm* p) {
  return normalise(stream, p, &fovea::KernelTable::layer_norm_row);
}
