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
constexpr double kLeastExponent = -32;          // e^-32 is less than half a unit
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
      cut([k](Weight) { return static_cast<Weight>(k); }, [](int, float) { return Weight{1}; });
    }
    const double share = at<float>(p_.topP, row_);
    if (share < 1) {
      cut([share](Weight all) { return share_of(all, share); },
          [this](int, float x) { return units(mass(x)); });
    }
    return invert_cumulative();
  }

 private:
  __device__ Scan look() const {
    Scan scan{-INFINITY, vocabulary_, 0};
    fovea::for_row(logits_, vocabulary_, [&](int id, float x, bool is_inside) {
      if (is_inside) {
        scan.flags |= (isnan(x) ? kHasNan : 0) | (isfinite(x) ? kHasFinite : 0);
        if (x > scan.largest) {
          scan.largest = x;
          scan.id = id;
        }
      }
    });
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

  __device__ bool keeps(int id, float logit) const {
    const uint32_t bits = ordered(logit);
    return bits > cut_bits_ || (bits == cut_bits_ && id <= cut_id_);
  }

  // Unnormalised probability; the largest logit's is 1. The test spares infinity minus infinity.
  __device__ double mass(float logit) const {
    if (logit == largest_) {
      return 1;
    }
    const double exponent =
        (static_cast<double>(logit) - static_cast<double>(largest_)) / temperature_;
    return exponent > kLeastExponent ? exp(exponent) : 0;
  }

  static __device__ Weight units(double mass) {
    return static_cast<Weight>(__double2ll_rn(mass * kMassUnit));
  }

  // At least 1: a share of nothing is still the first.
  static __device__ Weight share_of(Weight all, double share) {
    const double target = ceil(share * static_cast<double>(all));
    return target > 1 ? static_cast<Weight>(target) : 1;
  }

  __device__ int bucket(float logit) const {
    if (logit == largest_) {
      return 0;
    }
    const double distance = static_cast<double>(largest_) - static_cast<double>(logit);
    const double index = distance * (kBucketsPerUnit / temperature_);
    return index < kBuckets - 1 ? static_cast<int>(index) : kBuckets - 1;
  }

  // Keeps the shortest prefix, by falling logit and rising id, whose weight reaches
  // target_of(the weight kept so far).
  template <class TargetOf, class WeightOf>
  __device__ void cut(const TargetOf& target_of, const WeightOf& weight_of) {
    fovea::fill_buckets(
        shared_, logits_, vocabulary_,
        [&](int id, float x) { return keeps(id, x) ? bucket(x) : -1; }, weight_of);
    const Weight goal = fovea::find_reaching(shared_, shared_.buckets, kBuckets, target_of);
    const int border = shared_.chosen;
    const Weight before = shared_.before;
    const int count = gather(border, weight_of);
    if (count <= fovea::kMaxCandidates) {
      rank_candidates(count, goal - before);
    } else {
      cut_by_digits(border, goal - before, weight_of);
    }
    __syncthreads();
    cut_bits_ = shared_.bits;
    cut_id_ = shared_.chosen;
  }

  // The border bucket's elements, in no order, as far as there is room; their number.
  template <class WeightOf>
  __device__ int gather(int border, const WeightOf& weight_of) {
    __syncthreads();
    if (threadIdx.x == 0) {
      shared_.count = 0;
    }
    __syncthreads();
    fovea::for_row(logits_, vocabulary_, [&](int id, float x, bool is_inside) {
      if (is_inside && bucket(x) == border && keeps(id, x)) {
        const int i = atomicAdd(&shared_.count, 1);
        if (i < fovea::kMaxCandidates) {
          shared_.candidates.weights[i] = weight_of(id, x);
          shared_.candidates.bits[i] = ordered(x);
          shared_.candidates.ids[i] = id;
        }
      }
    });
    __syncthreads();
    return shared_.count;
  }

  // The candidate at which the weight reaches `goal`: each thread sums what is ahead of its own.
  __device__ void rank_candidates(int count, Weight goal) {
    const fovea::Candidates& all = shared_.candidates;
    const int own = static_cast<int>(threadIdx.x);
    if (own >= count) {
      return;
    }
    Weight before = 0;
    for (int i = 0; i < count; i++) {
      const bool is_ahead = all.bits[i] > all.bits[own] ||
                            (all.bits[i] == all.bits[own] && all.ids[i] < all.ids[own]);
      before += is_ahead ? all.weights[i] : 0;
    }
    if (before < goal && goal <= before + all.weights[own]) {
      shared_.bits = all.bits[own];
      shared_.chosen = all.ids[own];
    }
  }

  // The same for any number of them, mostly ties: three walks over the digits of their bits, then
  // one over the ids of those that are equal.
  template <class WeightOf>
  __device__ void cut_by_digits(int border, Weight goal, const WeightOf& weight_of) {
    uint32_t prefix = 0;
    cut_digit<11, 21>(border, weight_of, &goal, &prefix);
    cut_digit<11, 10>(border, weight_of, &goal, &prefix);
    cut_digit<10, 0>(border, weight_of, &goal, &prefix);
    const int last = fovea::invert(
        shared_, logits_, vocabulary_, [goal](Weight) { return goal; },
        [&](int id, float x) {
          return ordered(x) == prefix && keeps(id, x) ? weight_of(id, x) : 0;
        });
    __syncthreads();
    shared_.bits = prefix;
    shared_.chosen = last;
  }

  // Finds the border's digit of kBits bits at kShift, given the digits above it.
  template <int kBits, int kShift, class WeightOf>
  __device__ void cut_digit(int border, const WeightOf& weight_of, Weight* goal, uint32_t* prefix) {
    constexpr uint32_t kLast = (1u << kBits) - 1;
    constexpr uint32_t kAbove = static_cast<uint32_t>(~uint64_t{0} << (kShift + kBits));
    fovea::fill_buckets(
        shared_, logits_, vocabulary_,
        [&](int id, float x) {
          const uint32_t bits = ordered(x);
          const bool is_candidate =
              (bits & kAbove) == *prefix && bucket(x) == border && keeps(id, x);
          return is_candidate ? static_cast<int>(kLast - ((bits >> kShift) & kLast)) : -1;
        },
        weight_of);
    const Weight reached =
        fovea::find_reaching(shared_, shared_.buckets, kBuckets, [goal](Weight) { return *goal; });
    *prefix |= (kLast - static_cast<uint32_t>(shared_.chosen)) << kShift;
    *goal = reached - shared_.before;
  }

  // Over rising ids, at a point that is a function of seed, choice and position alone.
  __device__ int invert_cumulative() const {
    const double least = at<float>(p_.minP, row_);
    const double point =
        fovea::draw_point(at<int64_t>(p_.seed, row_), at<int64_t>(p_.outputPosition, row_),
                          at<int32_t>(p_.choice, row_));
    return fovea::invert(
        shared_, logits_, vocabulary_, [point](Weight all) { return share_of(all, point); },
        [&](int id, float x) {
          const double y = keeps(id, x) ? mass(x) : 0;
          return y >= least ? units(y) : 0;
        });
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
