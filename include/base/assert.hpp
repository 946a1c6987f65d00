// SPDX-License-Identifier: MIT
// Assertions are for mink's own bugs; a caller's mistakes and conditions of the world are reported and returned.
#pragma once
#include <base/log.h>

#define MINK_ASSERT(condition)                                                  \
  do {                                                                          \
    if (!(condition)) [[unlikely]] {                                            \
      panic("assertion failed: %s at %s:%d\n", #condition, __FILE__, __LINE__); \
    }                                                                           \
  } while (false)

namespace mink {

// The return address of the function that expands it: who called me.
#define MINK_CALLER() __builtin_return_address(0)

}  // namespace mink
