// SPDX-License-Identifier: MIT
// The pieces that a conversion is put together from: flags and field width in, counted and padded text out.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <lib/text_sink.hpp>

namespace mink::format {

// No field is wider and no number longer: a wild `*` shall not hold the machine.
inline constexpr int kMaxField = 32767;

enum class Length : std::uint8_t { Int, Char, Short, Long, LongLong, Size, Ptrdiff, Max };

struct Spec {
  bool left = false;
  bool plus = false;
  bool space = false;
  bool alternate = false;
  bool zero = false;
  int width = 0;
  int precision = -1;  // -1: none given
  Length length = Length::Int;
};

struct Text {
  const char* data;
  std::size_t size;
  static Text of(const char* terminated) { return {terminated, std::strlen(terminated)}; }
};

class Writer {
 public:
  explicit Writer(TextSink& out) : out_{out} {}

  void text(Text t) {
    if (t.size == 0) return;
    out_.write(t.data, t.size);
    count_ += t.size;
  }

  void fill(char c, std::size_t count) {
    char run[16];
    std::memset(run, c, sizeof run);
    for (; count > 0; count -= std::min(count, sizeof run)) text({run, std::min(count, sizeof run)});
  }

  // One field of two parts, blanks on the side that the spec says.
  void field(const Spec& spec, Text first, Text second = {"", 0}) {
    const std::size_t blanks = missing(spec, first.size + second.size);
    if (!spec.left) fill(' ', blanks);
    text(first);
    text(second);
    if (spec.left) fill(' ', blanks);
  }

  static std::size_t missing(const Spec& spec, std::size_t size) {
    const auto width = static_cast<std::size_t>(spec.width);
    return width > size ? width - size : 0;
  }

  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  TextSink& out_;
  std::size_t count_ = 0;
};

struct Radix {
  unsigned base;  // 8, 10 or 16
  bool upper;
};

// `sign`: '-', '+', ' ' or 0 for none.
void put_number(Writer& out, const Spec& spec, std::uint64_t magnitude, char sign, Radix radix);

// Everything after %p. `suffix` is what follows it in the format; all its letters and digits belong to the
// conversion, whether known or not, as in Linux. Returns where the format goes on.
const char* put_pointer(Writer& out, const Spec& spec, const void* pointer, const char* suffix);

// A string a kernel can hold: not in the first page, not an error value. Else what to print in its place.
const char* bad_string(const void* pointer);

}  // namespace mink::format
