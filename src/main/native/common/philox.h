// Philox-4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
// 2011): a pure function from key and counter to four random words.
#ifndef FOVEA_COMMON_PHILOX_H_
#define FOVEA_COMMON_PHILOX_H_

#include <cstdint>

#if defined(__CUDACC__)
#define FOVEA_ANYWHERE __host__ __device__
#else
#define FOVEA_ANYWHERE
#endif

namespace fovea {

struct PhiloxWords {
  uint32_t words[4];
};

FOVEA_ANYWHERE inline PhiloxWords philox(uint64_t key, PhiloxWords counter) {
  uint32_t key_low = static_cast<uint32_t>(key);
  uint32_t key_high = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; round++) {
    const uint32_t(&in)[4] = counter.words;
    const uint64_t a = uint64_t{0xD2511F53u} * in[0];
    const uint64_t b = uint64_t{0xCD9E8D57u} * in[2];
    counter = {{static_cast<uint32_t>(b >> 32) ^ in[1] ^ key_low, static_cast<uint32_t>(b),
                static_cast<uint32_t>(a >> 32) ^ in[3] ^ key_high, static_cast<uint32_t>(a)}};
    key_low += 0x9E3779B9u;
    key_high += 0xBB67AE85u;
  }
  return counter;
}

// The point in (0, 1) at which a sampled row inverts its cumulative distribution.
FOVEA_ANYWHERE inline double draw_point(int64_t seed, int64_t position, int32_t choice) {
  const PhiloxWords counter{{static_cast<uint32_t>(position),
                             static_cast<uint32_t>(static_cast<uint64_t>(position) >> 32),
                             static_cast<uint32_t>(choice), 0}};
  return (philox(static_cast<uint64_t>(seed), counter).words[0] + 0.5) / 4294967296.0;
}

}  // namespace fovea

#endif  // FOVEA_COMMON_PHILOX_H_
