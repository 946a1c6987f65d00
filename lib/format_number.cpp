// SPDX-License-Identifier: MIT
// Integers in three bases, with C's rules for sign, prefix, precision and zero padding.
#include "format_writer.hpp"

namespace mink::format {
namespace {

// Writes the digits of `value` so that they end before `end`; none for 0.
char* digits_before(char* end, std::uint64_t value, Radix radix) {
  const char* const digit = radix.upper ? "0123456789ABCDEF" : "0123456789abcdef";
  // A 64-bit division is a library call on the target: only while the number needs it.
  while (value > UINT32_MAX) {
    *--end = digit[value % radix.base];
    value /= radix.base;
  }
  for (auto low = static_cast<std::uint32_t>(value); low != 0; low /= radix.base)
    *--end = digit[low % radix.base];
  return end;
}

}  // namespace

void put_number(Writer& out, const Spec& spec, std::uint64_t magnitude, char sign, Radix radix) {
  char buffer[22];  // 2^64 in base 8
  char* const end = buffer + sizeof buffer;
  const char* const first = digits_before(end, magnitude, radix);
  const auto digits = static_cast<std::size_t>(end - first);

  char prefix[2];
  std::size_t prefix_size = 0;
  if (sign != '\0') prefix[prefix_size++] = sign;
  if (spec.alternate && radix.base == 16 && magnitude != 0) {
    prefix[prefix_size++] = '0';
    prefix[prefix_size++] = radix.upper ? 'X' : 'x';
  }

  const auto wanted = static_cast<std::size_t>(spec.precision < 0 ? 1 : spec.precision);
  std::size_t zeros = wanted > digits ? wanted - digits : 0;
  if (spec.alternate && radix.base == 8 && zeros == 0) zeros = 1;
  if (spec.zero && !spec.left && spec.precision < 0) {
    zeros += Writer::missing(spec, prefix_size + zeros + digits);
  }

  const std::size_t blanks = Writer::missing(spec, prefix_size + zeros + digits);
  if (!spec.left) out.fill(' ', blanks);
  out.text({prefix, prefix_size});
  out.fill('0', zeros);
  out.text({first, digits});
  if (spec.left) out.fill(' ', blanks);
}

}  // namespace mink::format
