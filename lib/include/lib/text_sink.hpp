// SPDX-License-Identifier: MIT
// Where text goes: /proc files, reports and the log are written to a sink, and never know which one.
#pragma once
#include <cstdarg>
#include <cstddef>

namespace mink {

class TextSink {
 public:
  // Takes `length` bytes, or as many of them as there is room for. `text` needs no terminator.
  virtual void write(const char* text, std::size_t length) = 0;

 protected:
  ~TextSink() = default;
};

// Formats into the sink. Conversions: <lib/vsnprintf.hpp>. Returns the number of bytes offered to it. Any
// context in which the sink itself may be called; no allocation, a bounded stack.
int print(TextSink& out, const char* format, ...) __attribute__((format(printf, 2, 3)));
int vprint(TextSink& out, const char* format, std::va_list args) __attribute__((format(printf, 2, 0)));

// Fills a caller's buffer, always terminated, and counts what did not fit.
class BufferSink final : public TextSink {
 public:
  // size 0 is allowed: then `buffer` may be null, and everything is only counted.
  BufferSink(char* buffer, std::size_t size);
  template <std::size_t N>
  explicit BufferSink(char (&buffer)[N]) : BufferSink{buffer, N} {}

  void write(const char* text, std::size_t length) override;
  void clear();

  [[nodiscard]] const char* text() const { return size_ != 0 ? buffer_ : ""; }
  [[nodiscard]] std::size_t length() const { return length_; }  // bytes held, without the terminator
  [[nodiscard]] std::size_t wanted() const { return wanted_; }  // bytes offered
  [[nodiscard]] bool truncated() const { return wanted_ != length_; }

 private:
  char* buffer_;
  std::size_t size_;
  std::size_t length_ = 0;
  std::size_t wanted_ = 0;
};

// Throws everything away: print() then only measures.
class NullSink final : public TextSink {
 public:
  void write(const char*, std::size_t) override {}
};

}  // namespace mink
