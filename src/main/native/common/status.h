// Failures inside the library are exceptions of one type; `guarded` turns them into a FoveaStatus
// and a text at the C border, so that none crosses it.
#ifndef FOVEA_COMMON_STATUS_H_
#define FOVEA_COMMON_STATUS_H_

#include <cstdint>
#include <exception>
#include <new>
#include <string>

#include "fovea.h"

namespace fovea {

class Failure : public std::exception {
 public:
  Failure(FoveaStatus status, std::string text) : status_(status), text_(std::move(text)) {}
  FoveaStatus status() const { return status_; }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  FoveaStatus status_;
  std::string text_;
};

// Throws a Failure with a printf-formatted text: what, expected, got.
[[noreturn]] void fail(FoveaStatus status, const char* format, ...)
    __attribute__((format(printf, 2, 3)));

// Keeps the text for foveaLastError and gives the status back.
int32_t remember(FoveaStatus status, const char* text) noexcept;

template <class Body>
int32_t guarded(const Body& body) noexcept {
  try {
    body();
    return FOVEA_OK;
  } catch (const Failure& failure) {
    return remember(failure.status(), failure.what());
  } catch (const std::bad_alloc&) {
    return remember(FOVEA_OUT_OF_MEMORY, "scratch memory: the system gave none");
  } catch (const std::exception& e) {
    return remember(FOVEA_DEVICE_ERROR, e.what());
  }
}

}  // namespace fovea

#endif  // FOVEA_COMMON_STATUS_H_
