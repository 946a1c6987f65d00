// SPDX-License-Identifier: MIT
// Numbers out of text: the kernel command line's and the shell's.
#pragma once
#include <cstdint>
#include <string_view>

namespace mink {

enum class ParseError : std::uint8_t {
  None,
  NotANumber,  // no digits, a digit that the base has not, or something behind the number
  Negative,    // a minus sign before an unsigned number
  Overflow,    // more than the type, or the limit, holds
};

struct ParsedNumber {
  std::uint64_t value = 0;
  ParseError error = ParseError::NotANumber;
  [[nodiscard]] bool ok() const { return error == ParseError::None; }
};

// The whole of `text` as a number of at most `limit`. base 0: 0x... is hexadecimal, 0... octal, else decimal;
// base 16 takes a 0x too. No blanks, no sign but a plus.
ParsedNumber parse_number(std::string_view text, std::uint64_t limit = UINT64_MAX, unsigned base = 0);

// ... with an optional suffix K, M or G, of either case, for 2^10, 2^20, 2^30.
ParsedNumber parse_size(std::string_view text, std::uint64_t limit = UINTPTR_MAX);

// As parse_number, from -2^63: "-5", "+5", "0x10".
struct ParsedSigned {
  std::int64_t value = 0;
  ParseError error = ParseError::NotANumber;
  [[nodiscard]] bool ok() const { return error == ParseError::None; }
};
ParsedSigned parse_signed(std::string_view text, unsigned base = 0);

// What is wrong, to follow the text in a message: "is not a number".
const char* describe(ParseError error);

}  // namespace mink
