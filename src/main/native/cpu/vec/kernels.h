// The functions of one instruction set's KernelTable; see there for what each does.
#ifndef FOVEA_CPU_VEC_KERNELS_H_
#define FOVEA_CPU_VEC_KERNELS_H_

#include "common/kernel_table.h"

namespace fovea::FOVEA_ISA {

void to_f32(int32_t type, const void* in, float* out, int64_t n);
void from_f32(int32_t type, const float* in, void* out, int64_t n);
void add(const float* in, float* inout, int64_t n);
RowScan scan_row(const float* row, int64_t n);

void rms_norm_row(const NormRow& row);
void layer_norm_row(const NormRow& row);
void rope_head(const RopeHead& head);
void activate(int32_t kind, const float* gate, const float* up, float* out, int64_t n);

void linear_block(const LinearBlock& block);
int64_t linear_scratch_bytes(const FoveaLinear& p);

int64_t attention_partial_floats(const FoveaAttention& p, int64_t rows);
int64_t attention_scratch_bytes(const FoveaAttention& p);
void attention_span(const AttentionTile& tile, int64_t span, float* partial, char* scratch);
void attention_merge(const AttentionTile& tile, const float* partials, int64_t spans,
                     char* scratch);
void attention_tile(const AttentionTile& tile, int64_t span_begin, int64_t span_end, char* scratch);
const char* attention_name(int32_t kv_type);

float read_memory(const void* memory, int64_t bytes);
double dot_rounds(int64_t rounds);

}  // namespace fovea::FOVEA_ISA

#endif  // FOVEA_CPU_VEC_KERNELS_H_
