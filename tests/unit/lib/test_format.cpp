// SPDX-License-Identifier: MIT
// Formatted output case by case; both sides. The host's fuzz against the C library is in host_only/.
#include <CppUTest/TestHarness.h>

#include <climits>
#include <cstring>
#include <lib/text_sink.hpp>
#include <lib/vsnprintf.hpp>

#include "fakes/log.hpp"

using mink::format_to;

namespace {

char text[512];

#define FORMATS(expected, ...)                                    \
  do {                                                            \
    const int length = format_to(text, sizeof text, __VA_ARGS__); \
    STRCMP_EQUAL(expected, text);                                 \
    LONGS_EQUAL(std::strlen(expected), length);                   \
  } while (false)

// A format the compiler cannot see through: what it would warn about is what is tested.
const char* hidden(const char* format) {
  static volatile bool never = false;
  return never ? "" : format;
}

void* pointer(std::uintptr_t bits) { return reinterpret_cast<void*>(bits); }

}  // namespace

TEST_GROUP(Format){};

TEST(Format, text_and_percent) {
  FORMATS("", "%s", "");
  FORMATS("plain", "plain");
  FORMATS("100%", "%d%%", 100);
}

TEST(Format, extremes_of_each_length) {
  FORMATS("-2147483648 2147483647 4294967295", "%d %i %u", INT_MIN, INT_MAX, UINT_MAX);
  FORMATS("-9223372036854775808 18446744073709551615", "%lld %llu", LLONG_MIN, ULLONG_MAX);
  FORMATS("1777777777777777777777 ffffffffffffffff", "%llo %llx", ULLONG_MAX, ULLONG_MAX);
  FORMATS("-128 255", "%hhd %hhu", SCHAR_MIN, UCHAR_MAX);
  FORMATS("-32768 65535", "%hd %hu", SHRT_MIN, USHRT_MAX);
  FORMATS("0 1 2 3", "%zu %td %jd %lu", std::size_t{0}, std::ptrdiff_t{1}, std::intmax_t{2}, 3UL);
}

TEST(Format, sixty_four_bits_do_not_shift_the_arguments_behind) {
  FORMATS("1 2 3 4", "%d %lld %d %zu", 1, 2LL, 3, std::size_t{4});
}

TEST(Format, width_precision_and_flags) {
  FORMATS("[   42|42   |00042|  +42]", "[%5d|%-5d|%05d|%+5d]", 42, 42, 42, 42);
  FORMATS("[  007| 007 |]", "[%5.3d|% .3d |%.0d]", 7, 7, 0);
  FORMATS("[0x2a 0X2A 052 0]", "[%#x %#X %#o %#x]", 42u, 42u, 42u, 0u);
  FORMATS("[0x002a]", "[%#06x]", 42u);
  FORMATS("[   42|42   |0042]", "[%*d|%*d|%.*d]", 5, 42, -5, 42, 4, 42);
  FORMATS("[42]", "[%.*d]", -1, 42);
}

TEST(Format, characters_and_strings) {
  FORMATS("[  x|x  ]", "[%3c|%-3c]", 'x', 'x');
  FORMATS("[ab|  ab|ab  |abc]", "[%.2s|%4.2s|%-4.2s|%.9s]", "abc", "abc", "abc", "abc");
  const char unterminated[3] = {'a', 'b', 'c'};
  FORMATS("abc", "%.3s", unterminated);
}

TEST(Format, a_string_that_is_none) {
  format_to(text, sizeof text, hidden("[%s|%8s]"), nullptr, nullptr);
  STRCMP_EQUAL("[(null)|  (null)]", text);
  format_to(text, sizeof text, hidden("[%s|%s]"), pointer(0x123), pointer(static_cast<std::uintptr_t>(-12)));
  STRCMP_EQUAL("[(efault)|(efault)]", text);
}

TEST(Format, small_buffers) {
  char small[4] = "xyz";
  LONGS_EQUAL(5, format_to(nullptr, 0, "%d", 12345));
  LONGS_EQUAL(5, format_to(small, 1, "%d", 12345));
  STRCMP_EQUAL("", small);
  LONGS_EQUAL(5, format_to(small, sizeof small, "%d", 12345));
  STRCMP_EQUAL("123", small);
  LONGS_EQUAL(3, format_to(small, sizeof small, "%d", 123));
  STRCMP_EQUAL("123", small);
}

TEST(Format, scnprintf_counts_what_it_wrote) {
  char small[4];
  LONGS_EQUAL(3, scnprintf(small, sizeof small, "%d", 12345));
  STRCMP_EQUAL("123", small);
  LONGS_EQUAL(2, scnprintf(small, sizeof small, "%d", 12));
  LONGS_EQUAL(0, scnprintf(nullptr, 0, "%d", 12));
}

TEST(Format, an_unknown_conversion_shows_the_rest_as_it_stands) {
  format_to(text, sizeof text, hidden("%d %q %s"), 1, "never read");
  STRCMP_EQUAL("1 %q %s", text);
  format_to(text, sizeof text, hidden("%d%"), 1);
  STRCMP_EQUAL("1%", text);
  format_to(text, sizeof text, hidden("%d %n|%d"), 1, static_cast<int*>(nullptr), 2);
  STRCMP_EQUAL("1 %n|%d", text);
}

TEST(Format, a_wild_width_is_bounded) {
  mink::NullSink nowhere;
  LONGS_EQUAL(32767, mink::print(nowhere, hidden("%*d"), INT_MAX, 1));
  LONGS_EQUAL(32767, mink::print(nowhere, hidden("%*d"), INT_MIN, 1));
  LONGS_EQUAL(32767, mink::print(nowhere, hidden("%999999999999d"), 1));
  LONGS_EQUAL(32767, mink::print(nowhere, hidden("%.*d"), INT_MAX, 1));
}

TEST(Format, raw_pointers_have_all_digits) {
  const std::size_t digits = 2 * sizeof(void*);
  LONGS_EQUAL(digits, format_to(text, sizeof text, "%px", pointer(0x1a2b)));
  STRCMP_EQUAL("00001a2b", text + digits - 8);
  LONGS_EQUAL(digits, format_to(text, sizeof text, "%p", pointer(0)));
  STRCMP_EQUAL("00000000", text + digits - 8);
  LONGS_EQUAL(digits + 2, format_to(text, sizeof text, hidden("%#p"), pointer(0x1a2b)));
  MEMCMP_EQUAL("0x0", text, 3);
  FORMATS("[      1a2b]", "[%10px]", pointer(0x1a2b));
}

TEST(Format, pointer_suffixes_take_all_letters_behind) {
  const std::size_t digits = 2 * sizeof(void*);
  LONGS_EQUAL(digits + 1, format_to(text, sizeof text, "%pK.", pointer(0x1a2b)));
  STRCMP_EQUAL("1a2b.", text + digits - 4);
}

TEST(Format, physical_addresses_by_reference) {
  const std::uintptr_t pa = 0x50008000;
  const std::size_t digits = 2 * sizeof(void*);
  LONGS_EQUAL(digits + 2, format_to(text, sizeof text, "%pa", &pa));
  STRCMP_EQUAL("50008000", text + digits + 2 - 8);
  MEMCMP_EQUAL("0x", text, 2);
  LONGS_EQUAL(digits + 3, format_to(text, sizeof text, "%pad;", &pa));
  STRCMP_EQUAL("50008000;", text + digits + 2 - 8);
  FORMATS("(null)", "%pa", pointer(0));
}

TEST(Format, error_pointers_by_name) {
  FORMATS("-ENOMEM", "%pe", pointer(static_cast<std::uintptr_t>(-12)));
  FORMATS("[   -EINVAL]", "[%10pe]", pointer(static_cast<std::uintptr_t>(-22)));
  FORMATS("-4000", "%pe", pointer(static_cast<std::uintptr_t>(-4000)));
  LONGS_EQUAL(2 * sizeof(void*), format_to(text, sizeof text, "%pe", pointer(0x1000)));
}

TEST(Format, gfp_flags_by_the_registered_printer) {
  const gfp_t flags = 0xcc0;
  const mink::GfpPrinter owner = mink::set_gfp_printer(nullptr);
  FORMATS("0xcc0", "%pGg", &flags);
  mink::set_gfp_printer([](mink::TextSink& out, gfp_t f) { mink::print(out, "<%x>", f); });
  FORMATS("[  <cc0>]", "[%7pGg]", &flags);
  mink::set_gfp_printer(owner);
}

TEST_GROUP(BufferSink){};

TEST(BufferSink, counts_what_does_not_fit) {
  char buffer[4];
  mink::BufferSink sink{buffer};
  STRCMP_EQUAL("", sink.text());
  sink.write("ab", 2);
  CHECK_FALSE(sink.truncated());
  sink.write("cdef", 4);
  STRCMP_EQUAL("abc", sink.text());
  LONGS_EQUAL(3, sink.length());
  LONGS_EQUAL(6, sink.wanted());
  CHECK(sink.truncated());
  sink.write("g", 1);
  STRCMP_EQUAL("abc", sink.text());
  sink.clear();
  STRCMP_EQUAL("", sink.text());
  LONGS_EQUAL(0, sink.wanted());
}

TEST(BufferSink, of_no_size) {
  mink::BufferSink sink{nullptr, 0};
  sink.write("ab", 2);
  STRCMP_EQUAL("", sink.text());
  LONGS_EQUAL(2, sink.wanted());
}
