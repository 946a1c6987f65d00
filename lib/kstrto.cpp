// SPDX-License-Identifier: MIT
// Linux's strict numbers (<linux/kernel.h>) over <lib/parse.hpp>.
#include <climits>
#include <lib/parse.hpp>

namespace mink {
namespace {

constexpr int kInval = -22;
constexpr int kRange = -34;

std::string_view without_line_feed(const char* text) {
  std::string_view view{text};
  if (view.ends_with('\n')) view.remove_suffix(1);
  return view;
}

template <class T>
int to_unsigned(const char* text, unsigned base, T max, T* result) {
  const ParsedNumber number = parse_number(without_line_feed(text), max, base);
  if (number.error == ParseError::Overflow) return kRange;
  if (!number.ok()) return kInval;
  *result = static_cast<T>(number.value);
  return 0;
}

template <class T>
int to_signed(const char* text, unsigned base, T min, T max, T* result) {
  const ParsedSigned number = parse_signed(without_line_feed(text), base);
  if (number.error == ParseError::Overflow) return kRange;
  if (!number.ok()) return kInval;
  if (number.value < min || number.value > max) return kRange;
  *result = static_cast<T>(number.value);
  return 0;
}

}  // namespace
}  // namespace mink

extern "C" {

int kstrtoul(const char* text, unsigned base, unsigned long* result) {
  return mink::to_unsigned(text, base, ULONG_MAX, result);
}
int kstrtouint(const char* text, unsigned base, unsigned* result) {
  return mink::to_unsigned(text, base, UINT_MAX, result);
}
int kstrtol(const char* text, unsigned base, long* result) {
  return mink::to_signed(text, base, LONG_MIN, LONG_MAX, result);
}
int kstrtoint(const char* text, unsigned base, int* result) {
  return mink::to_signed(text, base, INT_MIN, INT_MAX, result);
}
}
