// SPDX-License-Identifier: MIT
#include <lib/parse.hpp>

namespace mink {
namespace {

constexpr unsigned kNoDigit = 99;

constexpr unsigned digit_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'z') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'Z') return static_cast<unsigned>(c - 'A') + 10;
  return kNoDigit;
}

// Takes the base's own prefix off, unless nothing would be left of the number.
unsigned take_base(std::string_view& text, unsigned base) {
  const bool hex_prefix =
      text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') && digit_of(text[2]) < 16;
  if (hex_prefix && (base == 0 || base == 16)) {
    text.remove_prefix(2);
    return 16;
  }
  if (base != 0) return base;
  return text.size() > 1 && text[0] == '0' ? 8 : 10;
}

}  // namespace

ParsedNumber parse_number(std::string_view text, std::uint64_t limit, unsigned base) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  base = take_base(text, base);
  if (text.empty()) return {};
  std::uint64_t value = 0;
  bool overflow = false;
  for (const char c : text) {
    const unsigned digit = digit_of(c);
    if (digit >= base) return {};
    overflow = overflow || __builtin_mul_overflow(value, base, &value) ||
               __builtin_add_overflow(value, digit, &value);
  }
  if (negative) return {0, ParseError::Negative};
  if (overflow || value > limit) return {0, ParseError::Overflow};
  return {value, ParseError::None};
}

ParsedNumber parse_size(std::string_view text, std::uint64_t limit) {
  unsigned shift = 0;
  if (!text.empty()) {
    switch (text.back()) {
      case 'k':
      case 'K':
        shift = 10;
        break;
      case 'm':
      case 'M':
        shift = 20;
        break;
      case 'g':
      case 'G':
        shift = 30;
        break;
      default:
        break;
    }
  }
  if (shift != 0) text.remove_suffix(1);
  ParsedNumber number = parse_number(text, limit >> shift);
  number.value <<= shift;
  return number;
}

ParsedSigned parse_signed(std::string_view text, unsigned base) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  if (negative && (text.starts_with('+') || text.starts_with('-'))) return {};
  const ParsedNumber magnitude = parse_number(text, std::uint64_t{INT64_MAX} + (negative ? 1 : 0), base);
  if (!magnitude.ok()) return {0, magnitude.error};
  return {static_cast<std::int64_t>(negative ? 0 - magnitude.value : magnitude.value), ParseError::None};
}

const char* describe(ParseError error) {
  switch (error) {
    case ParseError::None:
      return "is a number";
    case ParseError::NotANumber:
      return "is not a number";
    case ParseError::Negative:
      return "is negative";
    case ParseError::Overflow:
      return "is too large";
  }
  return "is wrong";
}

}  // namespace mink
