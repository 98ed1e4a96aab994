// What the processor can do at best: a plain read of memory, and dot steps without any memory.
#include "vec/kernels.h"
#include "vec/vec.h"

namespace fovea::FOVEA_ISA {
namespace {

// Makes the compiler believe that the value is used and changed.
FOVEA_INLINE void keep(Vec* x) {
#if defined(__x86_64__)
  asm volatile("" : "+v"(*x));
#elif defined(__aarch64__)
  asm volatile("" : "+w"(*x));
#else
  asm volatile("" : "+m"(*x));
#endif
}

}  // namespace

float read_memory(const void* memory, int64_t bytes) {
  const float* p = static_cast<const float*>(memory);
  constexpr int kStrands = 8;
  Vec sums[kStrands] = {};
  const int64_t n = bytes / static_cast<int64_t>(sizeof(float));
  constexpr int64_t kAhead = 512;  // elements; as the kernels do, so that the ceiling is one
  for (int64_t i = 0; i + kStrands * kLanes <= n; i += kStrands * kLanes) {
    for (int s = 0; s < kStrands; s++) {
      __builtin_prefetch(p + i + s * kLanes + kAhead);
      sums[s] = sums[s] + load(p + i + s * kLanes);
    }
  }
  Vec sum = sums[0];
  for (int s = 1; s < kStrands; s++) {
    sum = sum + sums[s];
  }
  return reduce_add(sum);
}

double dot_rounds(int64_t rounds) {
  // As many sums as hide the latency of a step; fp32 where the set has no bf16 dot product.
  using Element = std::conditional_t<kHasBf16Dot, Bf16, float>;
  using Step = Dot<Element>;
  constexpr int kSums = kLanes == 4 ? 6 : 12;
  float values[2 * Step::kStep];
  for (int i = 0; i < 2 * Step::kStep; i++) {
    values[i] = static_cast<float>(i % 7 - 3) * 0.37f;
  }
  Element rows[2 * Step::kStep];
  from_f32(kHasBf16Dot ? FOVEA_BF16 : FOVEA_F32, values, rows, 2 * Step::kStep);
  const typename Step::Raw a = Step::load(rows);
  const typename Step::Raw b = Step::load(rows + Step::kStep);
  Vec sums[kSums] = {};
  for (int64_t round = 0; round < rounds; round++) {
    for (int s = 0; s < kSums; s++) {
      sums[s] = Step::step(sums[s], a, b);
      keep(&sums[s]);
    }
  }
  return 2.0 * Step::kStep * kSums * static_cast<double>(rounds);
}

}  // namespace fovea::FOVEA_ISA
