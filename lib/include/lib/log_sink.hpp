// SPDX-License-Identifier: MIT
// A sink that ends in the log, for a report made of many print()s.
#pragma once
#include <base/log.h>
#include <lib/text_sink.hpp>

namespace mink {

// level: one of KERN_*. Each line goes to printk whole, up to 120 bytes at a time. Any context.
class LogSink final : public TextSink {
 public:
  explicit LogSink(const char* level = KERN_DEFAULT) : level_{level} {}
  ~LogSink() { flush(); }
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;

  void write(const char* text, std::size_t length) override;
  // Sends on a line that is not complete.
  void flush();

 private:
  const char* level_;
  std::size_t length_ = 0;
  bool continues_ = false;
  char line_[120];
};

}  // namespace mink
