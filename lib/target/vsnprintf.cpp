// SPDX-License-Identifier: MIT
// The C library's names for formatted output: newlib-nano's own prints %zu, %lld and %hhu wrongly, and wants
// malloc.
#include <climits>
#include <cstdio>
#include <lib/vsnprintf.hpp>

extern "C" {

int vsnprintf(char* buffer, std::size_t size, const char* format, std::va_list args) {
  return mink::vformat_to(buffer, size, format, args);
}

int snprintf(char* buffer, std::size_t size, const char* format, ...) {
  std::va_list args;
  va_start(args, format);
  const int length = mink::vformat_to(buffer, size, format, args);
  va_end(args);
  return length;
}

// The caller vouches for the room.
int vsprintf(char* buffer, const char* format, std::va_list args) {
  return mink::vformat_to(buffer, INT_MAX, format, args);
}

int sprintf(char* buffer, const char* format, ...) {
  std::va_list args;
  va_start(args, format);
  const int length = mink::vformat_to(buffer, INT_MAX, format, args);
  va_end(args);
  return length;
}
}
