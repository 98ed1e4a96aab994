// One row of logits to one token, as fovea.h says at `sample`.
#ifndef FOVEA_CPU_OPS_SAMPLER_H_
#define FOVEA_CPU_OPS_SAMPLER_H_

#include <cstdint>

#include "common/kernel_table.h"

namespace fovea {

class Sampler {
 public:
  // Masses and candidate ids of a vocabulary.
  static int64_t scratch_bytes(int64_t vocabulary);

  Sampler(const KernelTable& kernels, const FoveaSample& p, int64_t row, char* scratch);

  // The drawn id, or -1 where a logit is NaN or none is finite.
  int32_t draw();

 private:
  // The last logit kept, in order of falling logits and, among equal ones, rising ids.
  struct Cut {
    float logit;
    int32_t id;
  };
  struct Buckets;

  bool penalise();
  bool keeps(int32_t id) const;
  double mass(float logit) const;
  int bucket(float logit) const;
  int64_t gather(int bucket);
  void cut_top_k(int64_t k);
  void compute_masses();
  void cut_top_p(double share);
  int32_t invert_cumulative() const;

  const KernelTable& kernels_;
  const FoveaSample& p_;
  const int64_t row_;
  float* logits_;
  double* masses_;
  int32_t* candidates_;
  float largest_;
  double temperature_;
  double buckets_per_logit_;
  Cut cut_;
};

}  // namespace fovea

#endif  // FOVEA_CPU_OPS_SAMPLER_H_
