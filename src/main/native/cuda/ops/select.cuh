// Two searches that sampling is made of, each by one block over a row of V elements. Weights are
// integers (counts, or masses in units of 2^-44), so that sums are exact and a row's token does not
// depend on the order in which threads add.
#ifndef FOVEA_CUDA_OPS_SELECT_CUH_
#define FOVEA_CUDA_OPS_SELECT_CUH_

#include <cstdint>

namespace fovea {

using Weight = unsigned long long;

constexpr int kSampleThreads = 1024;
constexpr int kSampleWarps = kSampleThreads / 32;
constexpr int kBuckets = 4096;

// Elements between which a filter's border lies.
constexpr int kMaxCandidates = 1024;
struct Candidates {
  Weight weights[kMaxCandidates];
  uint32_t bits[kMaxCandidates];
  int ids[kMaxCandidates];
};

struct SampleShared {
  union {
    Weight buckets[kBuckets];
    Candidates candidates;
  };
  Weight sums[kSampleThreads];
  Weight before;  // weight ahead of the chosen bucket or segment
  int chosen;
  int count;      // of candidates, some of which may not have found room
  uint32_t bits;  // of the chosen candidate
  float values[kSampleWarps];
  int ids[kSampleWarps];
  unsigned flags;
};

__device__ inline Weight warp_sum(Weight x) {
  for (int distance = 16; distance > 0; distance /= 2) {
    x += __shfl_xor_sync(~0u, x, distance);
  }
  return x;
}

// The sum of x over lanes up to this one.
__device__ inline Weight warp_scan(Weight x) {
  for (int distance = 1; distance < 32; distance *= 2) {
    const Weight lower = __shfl_up_sync(~0u, x, distance);
    x += threadIdx.x % 32 >= distance ? lower : 0;
  }
  return x;
}

// The first of `count` weights (a multiple of the block's threads) whose running sum reaches
// target_of(sum of all), into shared.chosen, and the sum before it; the last one of any weight if
// none does, -1 if there is none. Gives back what is reached.
template <class TargetOf>
__device__ Weight find_reaching(SampleShared& shared, const Weight* weights, int count,
                                const TargetOf& target_of) {
  const int each = count / kSampleThreads;
  const Weight* own = weights + threadIdx.x * each;
  Weight sum = 0;
  int last = -1;
  for (int i = 0; i < each; i++) {
    sum += own[i];
    last = own[i] > 0 ? i : last;
  }
  const Weight scanned = warp_scan(sum);
  __shared__ Weight warps[kSampleWarps];
  __syncthreads();
  if (threadIdx.x % 32 == 31) {
    warps[threadIdx.x / 32] = scanned;
  }
  if (threadIdx.x == 0) {
    shared.chosen = -1;
  }
  __syncthreads();
  Weight before = scanned - sum;
  Weight total = 0;
  for (int w = 0; w < kSampleWarps; w++) {
    before += w < threadIdx.x / 32 ? warps[w] : 0;
    total += warps[w];
  }
  const Weight goal = min(target_of(total), total);
  if (last >= 0 && before < goal && goal <= before + sum) {
    int i = 0;
    while (before + own[i] < goal) {
      before += own[i++];
    }
    shared.chosen = threadIdx.x * each + i;
    shared.before = before;
  }
  __syncthreads();
  return goal;
}

// Adds to a bucket; a warp whose lanes agree on it adds once. Called by whole warps.
__device__ inline void add_to(SampleShared& shared, int bucket, Weight weight) {
  int all_agree;
  __match_all_sync(~0u, weight > 0 ? bucket : -1, &all_agree);
  if (all_agree != 0) {
    weight = warp_sum(weight);
    if (threadIdx.x % 32 != 0) {
      return;
    }
  }
  if (weight > 0) {
    atomicAdd(&shared.buckets[bucket], weight);
  }
}

// Calls body(id, x, is_inside) for every id of the row, by whole warps, neighbours together, with
// several reads in flight.
template <class Body>
__device__ void for_row(const float* row, int vocabulary, const Body& body) {
  constexpr int kReads = 8;
  for (int base = 0; base < vocabulary; base += kReads * kSampleThreads) {
    float x[kReads];
#pragma unroll
    for (int i = 0; i < kReads; i++) {
      const int id = base + i * kSampleThreads + static_cast<int>(threadIdx.x);
      x[i] = id < vocabulary ? row[id] : 0;
    }
#pragma unroll
    for (int i = 0; i < kReads; i++) {
      const int id = base + i * kSampleThreads + static_cast<int>(threadIdx.x);
      body(id, x[i], id < vocabulary);
    }
  }
}

// bucket_of(id, x) < 0: in none.
template <class BucketOf, class WeightOf>
__device__ void fill_buckets(SampleShared& shared, const float* row, int vocabulary,
                             const BucketOf& bucket_of, const WeightOf& weight_of) {
  __syncthreads();
  for (int i = threadIdx.x; i < kBuckets; i += kSampleThreads) {
    shared.buckets[i] = 0;
  }
  __syncthreads();
  for_row(row, vocabulary, [&](int id, float x, bool is_inside) {
    const int bucket = is_inside ? bucket_of(id, x) : -1;
    add_to(shared, bucket, bucket >= 0 ? weight_of(id, x) : 0);
  });
  __syncthreads();
}

// The id at which the running sum of weight_of(id, x) over rising ids reaches target_of(sum of all)
// (the last one of any weight if none does), or -1 where all weights are 0.
template <class TargetOf, class WeightOf>
__device__ int invert(SampleShared& shared, const float* row, int vocabulary,
                      const TargetOf& target_of, const WeightOf& weight_of) {
  // Segment s of a warp's ids, s = 0 .. 31, is `length` ids: a few whole reads of the warp.
  const int length = (vocabulary + kSampleThreads * 32 - 1) / (kSampleThreads * 32) * 32;
  const int warp = static_cast<int>(threadIdx.x) / 32;
  const int lane = static_cast<int>(threadIdx.x) % 32;
  __syncthreads();
#pragma unroll 4
  for (int s = 0; s < 32; s++) {
    const int begin = (warp * 32 + s) * length;
    Weight sum = 0;
#pragma unroll 4
    for (int id = begin + lane; id < begin + length; id += 32) {
      const float x = id < vocabulary ? row[id] : 0;
      sum += id < vocabulary ? weight_of(id, x) : 0;
    }
    sum = warp_sum(sum);
    if (lane == 0) {
      shared.sums[warp * 32 + s] = sum;
    }
  }
  __syncthreads();
  const Weight goal = find_reaching(shared, shared.sums, kSampleThreads, target_of);
  const int segment = shared.chosen;
  if (segment < 0) {
    return -1;
  }
  // Every warp walks the same segment, so that all know the answer.
  Weight before = shared.before;
  for (int base = segment * length;; base += 32) {
    const int id = base + lane;
    const Weight weight = id < vocabulary ? weight_of(id, row[id]) : 0;
    const Weight sum = before + warp_scan(weight);
    const unsigned reached = __ballot_sync(~0u, weight > 0 && sum >= goal);
    if (reached != 0) {
      return base + __ffs(static_cast<int>(reached)) - 1;
    }
    before = __shfl_sync(~0u, sum, 31);
  }
}

}  // namespace fovea

#endif  // FOVEA_CUDA_OPS_SELECT_CUH_
