// Checks of arguments at the C border. Each throws a Failure that says what was expected and got.
#ifndef FOVEA_COMMON_CHECK_H_
#define FOVEA_COMMON_CHECK_H_

#include <cstdint>
#include <initializer_list>

#include "common/status.h"

namespace fovea {

// Sizes stay below this, so that sums of a few of them never overflow.
constexpr int64_t kMaxElements = int64_t{1} << 48;

// Bytes of one element; a Failure unless `type` is a FoveaDType.
int64_t type_bytes(const char* what, int32_t type);

// f32, bf16 or f16.
void check_floating(const char* what, int32_t type);
void check_type(const char* what, int32_t type, int32_t expected, int32_t or_this);

void check_range(const char* what, int64_t value, int64_t low, int64_t high);

// A tensor of these dimensions must fit the address space and, unless it is empty, lie somewhere.
void check_tensor(const char* what, uint64_t address, std::initializer_list<int64_t> dims);
void check_optional(const char* what, uint64_t address, std::initializer_list<int64_t> dims);

// Every one of `count` ids, in host memory, must be in [0, limit).
void check_ids(const char* what, uint64_t address, int64_t count, int64_t limit);

template <class T>
T* pointer(uint64_t address) {
  return reinterpret_cast<T*>(static_cast<uintptr_t>(address));
}

}  // namespace fovea

#endif  // FOVEA_COMMON_CHECK_H_
