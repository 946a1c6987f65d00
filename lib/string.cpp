// SPDX-License-Identifier: MIT
// Linux's own string functions (<linux/string.h>).
#include <cstddef>
#include <cstring>

extern "C" {

std::ptrdiff_t strscpy(char* dest, const char* src, std::size_t size) {
  constexpr std::ptrdiff_t kTooBig = -7;
  if (size == 0) return kTooBig;
  const std::size_t length = strnlen(src, size);
  if (length < size) {
    std::memcpy(dest, src, length + 1);
    return static_cast<std::ptrdiff_t>(length);
  }
  std::memcpy(dest, src, size - 1);
  dest[size - 1] = '\0';
  return kTooBig;
}

void* memchr_inv(const void* start, int c, std::size_t size) {
  const auto* p = static_cast<const unsigned char*>(start);
  for (; size > 0; ++p, --size) {
    if (*p != static_cast<unsigned char>(c)) return const_cast<unsigned char*>(p);
  }
  return nullptr;
}

void memzero_explicit(void* start, std::size_t size) {
  std::memset(start, 0, size);
  asm volatile("" : : "r"(start) : "memory");
}
}
