#include "common/status.h"

#include <cstdarg>
#include <cstdio>

namespace fovea {
namespace {

constexpr int kTextBytes = 512;
thread_local char last_error[kTextBytes] = "";

}  // namespace

void fail(FoveaStatus status, const char* format, ...) {
  char text[kTextBytes];
  va_list values;
  va_start(values, format);
  std::vsnprintf(text, sizeof text, format, values);
  va_end(values);
  throw Failure(status, text);
}

int32_t remember(FoveaStatus status, const char* text) noexcept {
  std::snprintf(last_error, sizeof last_error, "%s", text);
  return status;
}

}  // namespace fovea

const char* foveaLastError(void) { return fovea::last_error; }
