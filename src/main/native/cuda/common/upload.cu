#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <system_error>
#include <thread>

#include "common/device.h"
#include "common/upload.h"

namespace fovea {
namespace {

constexpr int64_t kPieceBytes = 4 << 20;
constexpr int kMaxLanes = 8;

}  // namespace

// One thread's two pieces.
class Staging::Lane {
 public:
  Lane() {
    for (Piece& piece : pieces_) {
      check_cuda("cudaHostAlloc", cudaHostAlloc(&piece.memory, kPieceBytes, cudaHostAllocDefault));
      check_cuda("cudaEventCreate", cudaEventCreateWithFlags(&piece.sent, cudaEventDisableTiming));
    }
  }

  // Sends pieces until `next`, shared by all lanes, is past the end.
  void run(const Upload& upload, std::atomic<int64_t>* next) {
    check_cuda("cudaSetDevice", cudaSetDevice(upload.device));
    for (int turn = 0;; turn ^= 1) {
      const int64_t begin = next->fetch_add(kPieceBytes);
      if (begin >= upload.bytes) {
        return;
      }
      const size_t bytes = static_cast<size_t>(std::min(kPieceBytes, upload.bytes - begin));
      const Piece& piece = pieces_[turn];
      check_cuda("cudaEventSynchronize", cudaEventSynchronize(piece.sent));
      std::memcpy(piece.memory, upload.from + begin, bytes);
      check_cuda("cudaMemcpyAsync", cudaMemcpyAsync(upload.to + begin, piece.memory, bytes,
                                                    cudaMemcpyHostToDevice, upload.stream));
      check_cuda("cudaEventRecord", cudaEventRecord(piece.sent, upload.stream));
    }
  }

 private:
  // Frees what it holds, so that a lane of which only one piece could be had leaves nothing.
  struct Piece {
    Piece() = default;
    Piece(const Piece&) = delete;
    Piece& operator=(const Piece&) = delete;
    ~Piece() {
      cudaFreeHost(memory);
      if (sent != nullptr) {
        cudaEventDestroy(sent);
      }
      cudaGetLastError();
    }

    void* memory = nullptr;
    cudaEvent_t sent = nullptr;
  };
  Piece pieces_[2];
};

Staging::Staging() = default;
Staging::~Staging() = default;

void Staging::upload(const Upload& upload) {
  const int64_t pieces = (upload.bytes + kPieceBytes - 1) / kPieceBytes;
  const size_t count =
      static_cast<size_t>(std::min<int64_t>({pieces, int64_t{upload.threads}, int64_t{kMaxLanes}}));
  while (lanes_.size() < count) {
    lanes_.push_back(std::make_unique<Lane>());
  }
  std::atomic<int64_t> next{0};
  std::vector<std::exception_ptr> failures(count);
  const auto work = [&](size_t lane) {
    try {
      lanes_[lane]->run(upload, &next);
    } catch (...) {
      failures[lane] = std::current_exception();
    }
  };
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (size_t lane = 1; lane < count; lane++) {
    try {
      threads.emplace_back(work, lane);
    } catch (const std::system_error&) {
      break;  // fewer lanes do the same work
    }
  }
  if (count > 0) {
    work(0);
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure != nullptr) {
      std::rethrow_exception(failure);
    }
  }
}

}  // namespace fovea
