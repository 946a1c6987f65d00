// SPDX-License-Identifier: MIT
// Any text as a format, into a buffer of any size: every argument is a pointer to a string, which each conversion can
// read in its own way. The first byte is the size of the buffer.
#include <lib/vsnprintf.hpp>

#include "fuzz/fuzz.hpp"

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-security"

using namespace mink;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  alignas(16) static const char kArgument[32] = "a string, and a number too";
  char* const format = static_cast<char*>(std::malloc(size));
  std::memcpy(format, data + 1, size - 1);
  format[size - 1] = '\0';
  // A star would take its width from a pointer; and a width of a hundred million only takes time.
  unsigned digits = 0, directives = 0;
  for (char* c = format; *c != '\0'; ++c) {
    digits = *c >= '0' && *c <= '9' ? digits + 1 : 0;
    if (*c == '*' || digits > 4 || (*c == '%' && ++directives > 60)) *c = '-';
  }
  const std::size_t room = data[0];
  char* const out = static_cast<char*>(std::malloc(room + (room == 0)));
  const char* const a = kArgument;
  const int length = format_to(out, room, format, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a,
                               a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a,
                               a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a);
  if (room != 0 && length >= 0) {
    const std::size_t end =
        static_cast<std::size_t>(length) < room ? static_cast<std::size_t>(length) : room - 1;
    fuzz::must(std::memchr(out, '\0', room) != nullptr && out[end] == '\0');
  }
  std::free(out);
  std::free(format);
  return 0;
}
