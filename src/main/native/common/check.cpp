#include "common/check.h"

#include <cinttypes>

namespace fovea {
namespace {

const char* type_name(int32_t type) {
  switch (type) {
    case FOVEA_F32:
      return "f32";
    case FOVEA_BF16:
      return "bf16";
    case FOVEA_F16:
      return "f16";
    case FOVEA_I32:
      return "i32";
    case FOVEA_I64:
      return "i64";
    default:
      return "an unknown type";
  }
}

}  // namespace

int64_t type_bytes(const char* what, int32_t type) {
  switch (type) {
    case FOVEA_BF16:
    case FOVEA_F16:
      return 2;
    case FOVEA_F32:
    case FOVEA_I32:
      return 4;
    case FOVEA_I64:
      return 8;
    default:
      fail(FOVEA_INVALID_ARGUMENT, "%s: expected a FoveaDType, got %d", what, type);
  }
}

void check_floating(const char* what, int32_t type) {
  if (type != FOVEA_F32 && type != FOVEA_BF16 && type != FOVEA_F16) {
    fail(FOVEA_INVALID_ARGUMENT, "%s: expected f32, bf16 or f16, got %s (%d)", what,
         type_name(type), type);
  }
}

void check_type(const char* what, int32_t type, int32_t expected, int32_t or_this) {
  if (type != expected && type != or_this) {
    fail(FOVEA_INVALID_ARGUMENT, "%s: expected %s or %s, got %s (%d)", what, type_name(expected),
         type_name(or_this), type_name(type), type);
  }
}

void check_range(const char* what, int64_t value, int64_t low, int64_t high) {
  if (value < low || value > high) {
    fail(FOVEA_INVALID_ARGUMENT, "%s: expected %" PRId64 " to %" PRId64 ", got %" PRId64, what, low,
         high, value);
  }
}

void check_optional(const char* what, uint64_t address, std::initializer_list<int64_t> dims) {
  if (address != 0) {
    check_tensor(what, address, dims);
  }
}

void check_tensor(const char* what, uint64_t address, std::initializer_list<int64_t> dims) {
  int64_t elements = 1;
  for (int64_t dim : dims) {
    check_range(what, dim, 0, kMaxElements);
    if (__builtin_mul_overflow(elements, dim, &elements) || elements > kMaxElements) {
      fail(FOVEA_INVALID_ARGUMENT, "%s: expected at most 2^48 elements, got more", what);
    }
  }
  if (address == 0 && elements > 0) {
    fail(FOVEA_INVALID_ARGUMENT, "%s: expected an address of %" PRId64 " elements, got null", what,
         elements);
  }
}

void check_ids(const char* what, uint64_t address, int64_t count, int64_t limit) {
  const int32_t* ids = pointer<const int32_t>(address);
  for (int64_t i = 0; i < count; i++) {
    if (ids[i] < 0 || ids[i] >= limit) {
      fail(FOVEA_INVALID_ARGUMENT, "%s[%" PRId64 "]: expected 0 to %" PRId64 ", got %d", what, i,
           limit - 1, ids[i]);
    }
  }
}

}  // namespace fovea
