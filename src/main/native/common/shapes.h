// What every backend checks of an operation's parameters without reading its tensors: types,
// sizes, and that each tensor lies somewhere. Each throws a Failure.
#ifndef FOVEA_COMMON_SHAPES_H_
#define FOVEA_COMMON_SHAPES_H_

#include "fovea.h"

namespace fovea {

constexpr int64_t kMaxHeadDim = 256;

void check_call(const FoveaStream* stream, const void* params);

void check_shapes(const FoveaEmbed& p);
void check_shapes(const FoveaNorm& p);
void check_shapes(const FoveaRopeAppend& p);
void check_shapes(const FoveaAttention& p);
void check_shapes(const FoveaActivation& p);
void check_shapes(const FoveaGatherRows& p);
void check_shapes(const FoveaLinear& p);
void check_shapes(const FoveaPutIds& p);
void check_shapes(const FoveaSample& p);

// The part of a FoveaLinear that says where its outputs and its bias lie.
void check_outputs(const FoveaLinear& p);

}  // namespace fovea

#endif  // FOVEA_COMMON_SHAPES_H_
