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

struct SampleShared {
  Weight buckets[kBuckets];
  Weight sums[kSampleThreads];
  Weight before;  // weight ahead of the chosen bucket or segment
  int chosen;
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
// `target`, into shared.chosen, and the sum before it; the last one of any weight if none does.
__device__ inline void find_reaching(SampleShared& shared, const Weight* weights, int count,
                                     Weight target) {
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
  const Weight goal = target < total ? target : total;
  if (last >= 0 && before < goal && goal <= before + sum) {
    int i = 0;
    while (before + own[i] < goal) {
      before += own[i++];
    }
    shared.chosen = threadIdx.x * each + i;
    shared.before = before;
  }
  __syncthreads();
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

// Calls body(id, is_inside) for every id of the row, by whole warps, neighbours together.
template <class Body>
__device__ void for_row(int vocabulary, const Body& body) {
  for (int base = 0; base < vocabulary; base += kSampleThreads) {
    const int id = base + threadIdx.x;
    body(id, id < vocabulary);
  }
}

template <class BucketOf, class WeightOf>
__device__ void fill_buckets(SampleShared& shared, int vocabulary, const BucketOf& bucket_of,
                             const WeightOf& weight_of) {
  __syncthreads();
  for (int i = threadIdx.x; i < kBuckets; i += kSampleThreads) {
    shared.buckets[i] = 0;
  }
  __syncthreads();
  for_row(vocabulary, [&](int id, bool is_inside) {
    const int bucket = is_inside ? bucket_of(id) : -1;
    add_to(shared, bucket, bucket >= 0 ? weight_of(id) : 0);
  });
  __syncthreads();
}

// The id at which the running sum of weight_of over rising ids reaches `target` (the last one of
// any weight if none does), or -1 where all weights are 0.
template <class WeightOf>
__device__ int invert(SampleShared& shared, int vocabulary, Weight target,
                      const WeightOf& weight_of) {
  // Segment s of a warp's ids, s = 0 .. 31, is `length` ids: a few whole reads of the warp.
  const int length = (vocabulary + kSampleThreads * 32 - 1) / (kSampleThreads * 32) * 32;
  const int warp = threadIdx.x / 32;
  const int lane = threadIdx.x % 32;
  __syncthreads();
  for (int s = 0; s < 32; s++) {
    const int begin = (warp * 32 + s) * length;
    Weight sum = 0;
    for (int id = begin + lane; id < begin + length && id < vocabulary; id += 32) {
      sum += weight_of(id);
    }
    sum = warp_sum(sum);
    if (lane == 0) {
      shared.sums[warp * 32 + s] = sum;
    }
  }
  __syncthreads();
  find_reaching(shared, shared.sums, kSampleThreads, target);
  const int segment = shared.chosen;
  if (segment < 0) {
    return -1;
  }
  // Every warp walks the same segment, so that all know the answer.
  Weight before = shared.before;
  int last = -1;
  for (int base = segment * length; base < (segment + 1) * length; base += 32) {
    const int id = base + lane;
    const Weight weight = id < vocabulary ? weight_of(id) : 0;
    const Weight sum = before + warp_scan(weight);
    const unsigned reached = __ballot_sync(~0u, weight > 0 && sum >= target);
    if (reached != 0) {
      return base + __ffs(static_cast<int>(reached)) - 1;
    }
    const unsigned some = __ballot_sync(~0u, weight > 0);
    last = some != 0 ? base + 31 - __clz(static_cast<int>(some)) : last;
    before = __shfl_sync(~0u, sum, 31);
  }
  return last;
}

}  // namespace fovea

#endif  // FOVEA_CUDA_OPS_SELECT_CUH_
