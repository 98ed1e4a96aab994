// Pinned pieces through which pageable host memory reaches the device.
#ifndef FOVEA_CUDA_COMMON_UPLOAD_H_
#define FOVEA_CUDA_COMMON_UPLOAD_H_

#include <cuda_runtime.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace fovea {

struct Upload {
  int device;
  cudaStream_t stream;
  char* to;
  const char* from;
  int64_t bytes;
  int threads;
};

// Each thread owns two pieces: it fills one while the other is on its way. Pieces are made at
// their first use and kept, since page-locking costs more than most copies.
class Staging {
 public:
  Staging();
  ~Staging();

  // Enqueues the whole copy; the host memory has been read when this returns.
  void upload(const Upload& upload);

 private:
  class Lane;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace fovea

#endif  // FOVEA_CUDA_COMMON_UPLOAD_H_
