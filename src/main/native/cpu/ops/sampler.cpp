#include "ops/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/check.h"
#include "common/philox.h"

namespace fovea {
namespace {

constexpr int32_t kNoToken = -1;
// Logits are sorted into buckets of width temperature / 64 below the largest; only the bucket in
// which a filter's border falls is ever sorted. The last bucket takes all that is further away.
constexpr int kBuckets = 4096;
constexpr double kBucketsPerUnit = 64;

template <class T>
T at(uint64_t array, int64_t i) {
  return pointer<const T>(array)[i];
}

}  // namespace

struct Sampler::Buckets {
  int64_t counts[kBuckets] = {};
  double masses[kBuckets] = {};
};

int64_t Sampler::scratch_bytes(int64_t vocabulary) {
  return vocabulary * static_cast<int64_t>(sizeof(double) + sizeof(int32_t));
}

Sampler::Sampler(const KernelTable& kernels, const FoveaSample& p, int64_t row, char* scratch)
    : kernels_(kernels),
      p_(p),
      row_(row),
      logits_(pointer<float>(p.logits) + row * p.vocabulary),
      masses_(reinterpret_cast<double*>(scratch)),
      candidates_(reinterpret_cast<int32_t*>(masses_ + p.vocabulary)),
      largest_(0),
      temperature_(at<float>(p.temperature, row)),
      buckets_per_logit_(kBucketsPerUnit / temperature_),
      cut_{-std::numeric_limits<float>::infinity(), std::numeric_limits<int32_t>::max()} {}

int32_t Sampler::draw() {
  const RowScan before = kernels_.scan_row(logits_, p_.vocabulary);
  if (before.has_nan || !before.has_finite) {
    return kNoToken;
  }
  // Penalties of any size may turn infinities into NaN, which no comparison below could order.
  const RowScan after = penalise() ? kernels_.scan_row(logits_, p_.vocabulary) : before;
  largest_ = after.largest;
  if (after.has_nan || largest_ == -std::numeric_limits<float>::infinity()) {
    return kNoToken;
  }
  if (temperature_ == 0) {
    return static_cast<int32_t>(std::find(logits_, logits_ + p_.vocabulary, largest_) - logits_);
  }
  const int64_t k = at<int32_t>(p_.topK, row_);
  if (k > 0 && k < p_.vocabulary) {
    cut_top_k(k);
  }
  compute_masses();
  const double share = at<float>(p_.topP, row_);
  if (share < 1) {
    cut_top_p(share);
  }
  return invert_cumulative();
}

// Bans, then penalties; says whether any logit changed.
bool Sampler::penalise() {
  const int32_t ban_end = at<int32_t>(p_.banStart, row_ + 1);
  for (int32_t i = at<int32_t>(p_.banStart, row_); i < ban_end; i++) {
    logits_[at<int32_t>(p_.banned, i)] = -std::numeric_limits<float>::infinity();
  }
  const int32_t end = at<int32_t>(p_.penaltyStart, row_ + 1);
  const float repetition = at<float>(p_.repetition, row_);
  for (int32_t i = at<int32_t>(p_.penaltyStart, row_); i < end; i++) {
    const int32_t count = at<int32_t>(p_.penaltyCount, i);
    float& logit = logits_[at<int32_t>(p_.penaltyToken, i)];
    logit = logit > 0 ? logit / repetition : logit * repetition;
    logit -= at<float>(p_.frequency, row_) * static_cast<float>(count);
    if (count > 0) {
      logit -= at<float>(p_.presence, row_);
    }
  }
  return ban_end > at<int32_t>(p_.banStart, row_) || end > at<int32_t>(p_.penaltyStart, row_);
}

bool Sampler::keeps(int32_t id) const {
  const float logit = logits_[id];
  return logit > cut_.logit || (logit == cut_.logit && id <= cut_.id);
}

// Unnormalised probability; the largest logit's is 1. The test spares infinity minus infinity.
double Sampler::mass(float logit) const {
  return logit == largest_ ? 1
                           : std::exp((static_cast<double>(logit) - static_cast<double>(largest_)) /
                                      temperature_);
}

int Sampler::bucket(float logit) const {
  if (logit == largest_) {
    return 0;
  }
  const double distance = static_cast<double>(largest_) - static_cast<double>(logit);
  const double index = distance * buckets_per_logit_;
  return index < kBuckets - 1 ? static_cast<int>(index) : kBuckets - 1;
}

// Kept ids of a bucket into candidates_, rising.
int64_t Sampler::gather(int wanted) {
  int64_t n = 0;
  for (int32_t id = 0; id < p_.vocabulary; id++) {
    if (bucket(logits_[id]) == wanted && keeps(id)) {
      candidates_[n++] = id;
    }
  }
  return n;
}

void Sampler::cut_top_k(int64_t k) {
  Buckets buckets;
  for (int64_t id = 0; id < p_.vocabulary; id++) {
    buckets.counts[bucket(logits_[id])]++;
  }
  int border = 0;
  int64_t before = 0;
  while (before + buckets.counts[border] < k) {
    before += buckets.counts[border++];
  }
  const int64_t n = gather(border);
  int32_t* last = candidates_ + (k - before - 1);
  std::nth_element(candidates_, last, candidates_ + n, [this](int32_t a, int32_t b) {
    return logits_[a] > logits_[b] || (logits_[a] == logits_[b] && a < b);
  });
  cut_ = {logits_[*last], *last};
}

void Sampler::compute_masses() {
  for (int32_t id = 0; id < p_.vocabulary; id++) {
    masses_[id] = keeps(id) ? mass(logits_[id]) : 0;
  }
}

// The shortest prefix, by falling logit, that holds the share of the mass kept so far.
void Sampler::cut_top_p(double share) {
  Buckets buckets;
  double total = 0;
  for (int64_t id = 0; id < p_.vocabulary; id++) {
    if (masses_[id] > 0) {
      total += masses_[id];
      buckets.masses[bucket(logits_[id])] += masses_[id];
    }
  }
  const double target = share * total;
  int border = 0;
  double sum = 0;
  while (border < kBuckets - 1 && sum + buckets.masses[border] < target) {
    sum += buckets.masses[border++];
  }
  const int64_t n = gather(border);
  std::sort(candidates_, candidates_ + n, [this](int32_t a, int32_t b) {
    return logits_[a] > logits_[b] || (logits_[a] == logits_[b] && a < b);
  });
  for (int64_t i = 0; i < n; i++) {
    sum += masses_[candidates_[i]];
    if (sum >= target) {
      cut_ = {logits_[candidates_[i]], candidates_[i]};
      return;
    }
  }
}

// Over rising ids, at a point that is a function of seed, choice and position alone.
int32_t Sampler::invert_cumulative() const {
  const double least = at<float>(p_.minP, row_);
  const auto drawable = [&](int32_t id) {
    return masses_[id] > 0 && masses_[id] >= least && keeps(id);
  };
  double total = 0;
  for (int32_t id = 0; id < p_.vocabulary; id++) {
    total += drawable(id) ? masses_[id] : 0;
  }
  const double target = draw_point(at<int64_t>(p_.seed, row_), at<int64_t>(p_.outputPosition, row_),
                                   at<int32_t>(p_.choice, row_)) *
                        total;
  double sum = 0;
  int32_t last = kNoToken;
  for (int32_t id = 0; id < p_.vocabulary; id++) {
    if (drawable(id)) {
      sum += masses_[id];
      last = id;
      if (sum >= target) {
        return id;
      }
    }
  }
  return last;
}

}  // namespace fovea
