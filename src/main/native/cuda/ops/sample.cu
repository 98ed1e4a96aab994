// One row of logits to one token, as fovea.h says at `sample`. A block owns a row and walks it a
// few times; a greedy row without penalties once.
//
// A filter's border is found as on the CPU by buckets of width temperature / 64 below the largest
// logit; inside the border's bucket by three passes over the digits of the ordered bits.
#include <cmath>

#include "common/device.h"
#include "common/philox.h"
#include "ops/select.cuh"

namespace {

using fovea::kBuckets;
using fovea::kSampleThreads;
using fovea::kSampleWarps;
using fovea::SampleShared;
using fovea::Weight;

constexpr int kNoToken = -1;
constexpr double kBucketsPerUnit = 64;
constexpr double kMassUnit = 17592186044416.0;  // 2^44: 2^19 masses of 1 stay below 2^63
constexpr int64_t kMaxVocabulary = 1 << 19;
constexpr unsigned kHasNan = 1;
constexpr unsigned kHasFinite = 2;

template <class T>
__device__ T at(uint64_t array, int64_t i) {
  return reinterpret_cast<const T*>(array)[i];
}

// Unsigned order of the bits = order of the values; both zeros are one.
__device__ uint32_t ordered(float x) {
  const uint32_t bits = __float_as_uint(x + 0.0f);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}

struct Scan {
  float largest;
  int id;  // the lowest that holds the largest
  unsigned flags;
};

class Row {
 public:
  __device__ Row(const FoveaSample& p, SampleShared& shared)
      : p_(p),
        shared_(shared),
        row_(blockIdx.x),
        vocabulary_(static_cast<int>(p.vocabulary)),
        logits_(reinterpret_cast<float*>(p.logits) + row_ * p.vocabulary),
        temperature_(at<float>(p.temperature, row_)) {}

  __device__ int draw() {
    Scan scan = look();
    if (scan.flags != kHasFinite) {
      return kNoToken;
    }
    if (penalise()) {
      // Penalties of any size may turn infinities into NaN.
      scan = look();
    }
    if ((scan.flags & kHasNan) != 0 || scan.largest == -INFINITY) {
      return kNoToken;
    }
    if (temperature_ == 0) {
      return scan.id;
    }
    largest_ = scan.largest;
    const int k = at<int32_t>(p_.topK, row_);
    if (k > 0 && k < vocabulary_) {
      cut(static_cast<Weight>(k), [](int) { return Weight{1}; });
    }
    const double share = at<float>(p_.topP, row_);
    if (share < 1) {
      cut_top_p(share);
    }
    return invert_cumulative();
  }

 private:
  __device__ Scan look() const {
    Scan scan{-INFINITY, vocabulary_, 0};
#pragma unroll 4
    for (int id = threadIdx.x; id < vocabulary_; id += kSampleThreads) {
      const float x = logits_[id];
      scan.flags |= (isnan(x) ? kHasNan : 0) | (isfinite(x) ? kHasFinite : 0);
      if (x > scan.largest) {
        scan.largest = x;
        scan.id = id;
      }
    }
    __syncthreads();
    if (threadIdx.x == 0) {
      shared_.flags = 0;
    }
    __syncthreads();
    merge_lanes(&scan);
    atomicOr(&shared_.flags, scan.flags);
    if (threadIdx.x % 32 == 0) {
      shared_.values[threadIdx.x / 32] = scan.largest;
      shared_.ids[threadIdx.x / 32] = scan.id;
    }
    __syncthreads();
    scan.largest = shared_.values[threadIdx.x % 32];
    scan.id = shared_.ids[threadIdx.x % 32];
    merge_lanes(&scan);
    scan.flags = shared_.flags;
    return scan;
  }

  static __device__ void merge_lanes(Scan* scan) {
    for (int distance = 16; distance > 0; distance /= 2) {
      const float largest = __shfl_xor_sync(~0u, scan->largest, distance);
      const int id = __shfl_xor_sync(~0u, scan->id, distance);
      if (largest > scan->largest || (largest == scan->largest && id < scan->id)) {
        scan->largest = largest;
        scan->id = id;
      }
    }
    scan->flags = __reduce_or_sync(~0u, scan->flags);
  }

  // Bans, then penalties; says whether any logit changed.
  __device__ bool penalise() {
    const int ban_begin = at<int32_t>(p_.banStart, row_);
    const int ban_end = at<int32_t>(p_.banStart, row_ + 1);
    for (int i = ban_begin + threadIdx.x; i < ban_end; i += kSampleThreads) {
      const int id = at<int32_t>(p_.banned, i);
      if (id >= 0 && id < vocabulary_) {
        logits_[id] = -INFINITY;
      }
    }
    __syncthreads();
    const int begin = at<int32_t>(p_.penaltyStart, row_);
    const int end = at<int32_t>(p_.penaltyStart, row_ + 1);
    const float repetition = at<float>(p_.repetition, row_);
    for (int i = begin + threadIdx.x; i < end; i += kSampleThreads) {
      const int id = at<int32_t>(p_.penaltyToken, i);
      if (id < 0 || id >= vocabulary_) {
        continue;
      }
      const int count = at<int32_t>(p_.penaltyCount, i);
      float logit = logits_[id];
      logit = logit > 0 ? logit / repetition : logit * repetition;
      logit = __fsub_rn(logit, __fmul_rn(at<float>(p_.frequency, row_), static_cast<float>(count)));
      logits_[id] = count > 0 ? logit - at<float>(p_.presence, row_) : logit;
    }
    __syncthreads();
    return ban_end > ban_begin || end > begin;
  }

  __device__ bool keeps(int id) const {
    const uint32_t bits = ordered(logits_[id]);
    return bits > cut_bits_ || (bits == cut_bits_ && id <= cut_id_);
  }

  // Unnormalised probability; the largest logit's is 1. The test spares infinity minus infinity.
  __device__ double mass(float logit) const {
    return logit == largest_
               ? 1
               : exp((static_cast<double>(logit) - static_cast<double>(largest_)) / temperature_);
  }

  __device__ Weight units(int id) const {
    return static_cast<Weight>(__double2ll_rn(mass(logits_[id]) * kMassUnit));
  }

  __device__ int bucket(float logit) const {
    if (logit == largest_) {
      return 0;
    }
    const double distance = static_cast<double>(largest_) - static_cast<double>(logit);
    const double index = distance * (kBucketsPerUnit / temperature_);
    return index < kBuckets - 1 ? static_cast<int>(index) : kBuckets - 1;
  }

  // Keeps the shortest prefix, by falling logit and rising id, whose weight reaches `target`.
  template <class WeightOf>
  __device__ void cut(Weight target, const WeightOf& weight_of) {
    fovea::fill_buckets(
        shared_, vocabulary_, [&](int id) { return keeps(id) ? bucket(logits_[id]) : -1; },
        weight_of);
    fovea::find_reaching(shared_, shared_.buckets, kBuckets, target);
    const int border = shared_.chosen;
    Weight before = shared_.before;
    uint32_t prefix = 0;
    cut_digit<11, 21>(border, target, weight_of, &before, &prefix);
    cut_digit<11, 10>(border, target, weight_of, &before, &prefix);
    cut_digit<10, 0>(border, target, weight_of, &before, &prefix);
    const int last = fovea::invert(shared_, vocabulary_, target - before, [&](int id) {
      return ordered(logits_[id]) == prefix && keeps(id) ? weight_of(id) : 0;
    });
    cut_bits_ = prefix;
    cut_id_ = last;
  }

  // Finds the border's digit of kBits bits at kShift, given the digits above it.
  template <int kBits, int kShift, class WeightOf>
  __device__ void cut_digit(int border, Weight target, const WeightOf& weight_of, Weight* before,
                            uint32_t* prefix) {
    constexpr uint32_t kLast = (1u << kBits) - 1;
    constexpr uint32_t kAbove = static_cast<uint32_t>(~uint64_t{0} << (kShift + kBits));
    fovea::fill_buckets(
        shared_, vocabulary_,
        [&](int id) {
          const uint32_t bits = ordered(logits_[id]);
          const bool is_candidate =
              (bits & kAbove) == *prefix && keeps(id) && bucket(logits_[id]) == border;
          return is_candidate ? static_cast<int>(kLast - ((bits >> kShift) & kLast)) : -1;
        },
        weight_of);
    fovea::find_reaching(shared_, shared_.buckets, kBuckets, target - *before);
    *prefix |= (kLast - static_cast<uint32_t>(shared_.chosen)) << kShift;
    *before += shared_.before;
  }

  __device__ Weight block_total(Weight sum) const {
    sum = fovea::warp_sum(sum);
    __syncthreads();
    if (threadIdx.x % 32 == 0) {
      shared_.sums[threadIdx.x / 32] = sum;
    }
    __syncthreads();
    return fovea::warp_sum(shared_.sums[threadIdx.x % 32]);
  }

  template <class WeightOf>
  __device__ Weight total(const WeightOf& weight_of) const {
    Weight sum = 0;
    for (int id = threadIdx.x; id < vocabulary_; id += kSampleThreads) {
      sum += weight_of(id);
    }
    return block_total(sum);
  }

  // The shortest prefix, by falling logit, that holds the share of the mass kept so far.
  __device__ void cut_top_p(double share) {
    const Weight all = total([&](int id) { return keeps(id) ? units(id) : 0; });
    const double target = ceil(share * static_cast<double>(all));
    cut(target > 1 ? static_cast<Weight>(target) : 1, [&](int id) { return units(id); });
  }

  // Over rising ids, at a point that is a function of seed, choice and position alone.
  __device__ int invert_cumulative() const {
    const double least = at<float>(p_.minP, row_);
    const auto drawable = [&](int id) {
      return keeps(id) && mass(logits_[id]) >= least ? units(id) : 0;
    };
    const Weight all = total(drawable);
    const double point =
        fovea::draw_point(at<int64_t>(p_.seed, row_), at<int64_t>(p_.outputPosition, row_),
                          at<int32_t>(p_.choice, row_));
    const double target = ceil(point * static_cast<double>(all));
    return fovea::invert(shared_, vocabulary_, static_cast<Weight>(target), drawable);
  }

  const FoveaSample& p_;
  SampleShared& shared_;
  const int64_t row_;
  const int vocabulary_;
  float* logits_;
  const double temperature_;
  float largest_ = 0;
  // The last logit kept, in order of falling logits and, among equal ones, rising ids.
  uint32_t cut_bits_ = 0;
  int cut_id_ = INT32_MAX;
};

__global__ void __launch_bounds__(kSampleThreads) sample_kernel(FoveaSample p) {
  __shared__ SampleShared shared;
  const int token = Row(p, shared).draw();
  if (threadIdx.x == 0) {
    reinterpret_cast<int32_t*>(p.tokens)[blockIdx.x] = token;
  }
}

}  // namespace

int32_t sample(FoveaStream* stream, const FoveaSample* p) {
  return fovea::on_device(stream, p, [&] {
    if (p->numRows == 0) {
      return;
    }
    fovea::check_shapes(*p);
    fovea::check_range("vocabulary", p->vocabulary, 1, kMaxVocabulary);
    fovea::check_range("numRows", p->numRows, 0, INT32_MAX);
    sample_kernel<<<static_cast<unsigned>(p->numRows), kSampleThreads, 0, stream->handle>>>(*p);
    fovea::check_launch("sample_kernel");
  });
}
