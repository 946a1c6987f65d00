// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstring>
#include <lib/text_sink.hpp>

namespace mink {

BufferSink::BufferSink(char* buffer, std::size_t size) : buffer_{buffer}, size_{size} {
  if (size_ != 0) buffer_[0] = '\0';
}

void BufferSink::write(const char* text, std::size_t length) {
  wanted_ += length;
  if (size_ == 0) return;
  const std::size_t taken = std::min(length, size_ - 1 - length_);
  std::memcpy(buffer_ + length_, text, taken);
  length_ += taken;
  buffer_[length_] = '\0';
}

void BufferSink::clear() {
  length_ = wanted_ = 0;
  if (size_ != 0) buffer_[0] = '\0';
}

int print(TextSink& out, const char* format, ...) {
  std::va_list args;
  va_start(args, format);
  const int length = vprint(out, format, args);
  va_end(args);
  return length;
}

}  // namespace mink
