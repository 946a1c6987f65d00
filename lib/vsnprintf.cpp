// SPDX-License-Identifier: MIT
#include <lib/text_sink.hpp>
#include <lib/vsnprintf.hpp>

namespace mink {

int vformat_to(char* buffer, std::size_t size, const char* format, std::va_list args) {
  BufferSink out{buffer, size};
  return vprint(out, format, args);
}

int format_to(char* buffer, std::size_t size, const char* format, ...) {
  std::va_list args;
  va_start(args, format);
  const int length = vformat_to(buffer, size, format, args);
  va_end(args);
  return length;
}

}  // namespace mink

extern "C" {

int vscnprintf(char* buffer, std::size_t size, const char* format, std::va_list args) {
  mink::BufferSink out{buffer, size};
  mink::vprint(out, format, args);
  return static_cast<int>(out.length());
}

int scnprintf(char* buffer, std::size_t size, const char* format, ...) {
  std::va_list args;
  va_start(args, format);
  const int length = vscnprintf(buffer, size, format, args);
  va_end(args);
  return length;
}
}
