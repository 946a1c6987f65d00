// SPDX-License-Identifier: MIT
#include <cstring>
#include <lib/log_sink.hpp>

namespace mink {

void LogSink::write(const char* text, std::size_t length) {
  for (; length > 0; ++text, --length) {
    if (length_ == sizeof line_) flush();
    line_[length_++] = *text;
    if (*text != '\n') continue;
    flush();
    continues_ = false;
  }
}

void LogSink::flush() {
  if (length_ == 0) return;
  // The level is a prefix of the format, so it is chosen here and not printed with %s.
  const char* const level = continues_ ? KERN_CONT : level_;
  char format[8] = "";
  BufferSink(format).write(level, level[0] == '\0' ? 0 : 2);
  std::strcat(format, "%.*s");
  printk(format, static_cast<int>(length_), line_);
  length_ = 0;
  continues_ = true;
}

}  // namespace mink
