// SPDX-License-Identifier: MIT
// Random formats and values against the C library's snprintf, seeded; and symbols, which the host's fake
// table knows.
#include <CppUTest/TestHarness.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <lib/vsnprintf.hpp>

#include "fakes/log.hpp"

namespace {

// xorshift64*: the same sequence everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_{seed} {}
  std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dULL;
  }
  unsigned below(unsigned n) { return static_cast<unsigned>((next() >> 32) % n); }
  bool one_in(unsigned n) { return below(n) == 0; }
  // Small, large, all ones and around powers of two alike.
  std::uint64_t value() {
    const std::uint64_t bits = next() >> below(64);
    return one_in(8) ? (std::uint64_t{1} << below(64)) - one_in(2) : one_in(2) ? bits : 0 - bits;
  }

 private:
  std::uint64_t state_;
};

constexpr const char* kLengths[] = {"", "hh", "h", "l", "ll", "z", "t", "j"};
constexpr const char* kWords[] = {"", "a", "kmalloc-32", "a longer text with blanks"};

// One directive of a random kind, its width and precision in digits (or as stars, filled in from `stars`).
struct Directive {
  char format[64];
  unsigned length;
  char conversion;
  unsigned star_count = 0;
  int stars[2] = {};
};

Directive random_directive(Random& random) {
  Directive d;
  char* f = d.format;
  const char* const end = d.format + sizeof d.format;
  const auto put = [&](const char* s) { f += std::snprintf(f, static_cast<std::size_t>(end - f), "%s", s); };
  const auto put_number = [&](int n) {
    if (random.one_in(3)) {
      d.stars[d.star_count++] = random.one_in(4) ? -n : n;
      put("*");
    } else {
      char digits[12];
      std::snprintf(digits, sizeof digits, "%d", n);
      put(digits);
    }
  };
  d.conversion = "diuoxXcs"[random.below(8)];
  const bool number = std::strchr("diuoxX", d.conversion) != nullptr;
  put("<%");
  for (unsigned i = random.below(4); i > 0; --i) {
    const char flag[2] = {number ? "-+ #0"[random.below(5)] : '-', '\0'};
    put(flag);
  }
  if (random.one_in(2)) put_number(static_cast<int>(random.below(30)) + 1);
  if (random.one_in(2) && d.conversion != 'c') {
    put(".");
    if (!random.one_in(5)) put_number(static_cast<int>(random.below(30)));
  }
  d.length = number ? random.below(8) : 0;
  put(kLengths[d.length]);
  const char tail[3] = {d.conversion, '>', '\0'};
  put(tail);
  return d;
}

struct Outcome {
  char text[256];
  int length;
};

template <class Print, class Value>
Outcome run(Print print, const Directive& d, Value value) {
  Outcome o;
  switch (d.star_count) {
    case 0:
      o.length = print(o.text, sizeof o.text, d.format, value);
      break;
    case 1:
      o.length = print(o.text, sizeof o.text, d.format, d.stars[0], value);
      break;
    default:
      o.length = print(o.text, sizeof o.text, d.format, d.stars[0], d.stars[1], value);
      break;
  }
  return o;
}

template <class Value>
void compare(const Directive& d, Value value) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  const Outcome ours = run([](auto... a) { return mink::format_to(a...); }, d, value);
  const Outcome theirs = run([](auto... a) { return std::snprintf(a...); }, d, value);
#pragma GCC diagnostic pop
  STRCMP_EQUAL_TEXT(theirs.text, ours.text, d.format);
  LONGS_EQUAL_TEXT(theirs.length, ours.length, d.format);
}

void compare_number(const Directive& d, std::uint64_t value) {
  switch (d.length) {
    case 3:
      return compare(d, static_cast<long>(value));
    case 4:
      return compare(d, static_cast<long long>(value));
    case 5:
      return compare(d, static_cast<std::size_t>(value));
    case 6:
      return compare(d, static_cast<std::ptrdiff_t>(value));
    case 7:
      return compare(d, static_cast<std::intmax_t>(value));
    default:
      return compare(d, static_cast<int>(value));
  }
}

}  // namespace

TEST_GROUP(FormatFuzz){};

TEST(FormatFuzz, agrees_with_the_c_library) {
  Random random{20240601};
  for (int i = 0; i < 200'000; ++i) {
    const Directive d = random_directive(random);
    if (d.conversion == 's') {
      compare(d, kWords[random.below(4)]);
    } else if (d.conversion == 'c') {
      compare(d, static_cast<int>('!' + random.below(90)));
    } else {
      compare_number(d, random.value());
    }
  }
}

TEST(FormatFuzz, cuts_where_the_c_library_cuts) {
  for (std::size_t size = 0; size <= 24; ++size) {
    char ours[32], theirs[32];
    std::memset(ours, 'x', sizeof ours);
    std::memset(theirs, 'x', sizeof theirs);
    const int our_length = mink::format_to(ours, size, "%-8s|%08x|%d", "abc", 0xbeefu, -12);
    const int their_length = std::snprintf(theirs, size, "%-8s|%08x|%d", "abc", 0xbeefu, -12);
    LONGS_EQUAL(their_length, our_length);
    MEMCMP_EQUAL(theirs, ours, sizeof ours);
  }
}

TEST_GROUP(FormatSymbols) {
  const mink::fakes::FakeSymbol table[2] = {{0x1000, 0x80, "kmalloc"}, {0x1080, 0x20, "panic"}};
  char text[80];
  void setup() override { mink::fakes::set_symbols(table, 2); }
  void teardown() override { mink::fakes::set_symbols(nullptr, 0); }
  const char* format(const char* how, std::uintptr_t address) {
    mink::format_to(text, sizeof text, how, reinterpret_cast<void*>(address));
    return text;
  }
};

TEST(FormatSymbols, with_offset_and_size) {
  STRCMP_EQUAL("kmalloc+0x14/0x80", format("%pS", 0x1014));
  STRCMP_EQUAL("[   panic+0x0/0x20]", format("[%17pS]", 0x1080));
  STRCMP_EQUAL("[panic+0x0/0x20   ]", format("[%-17pS]", 0x1080));
}

TEST(FormatSymbols, by_name_alone) { STRCMP_EQUAL("kmalloc", format("%ps", 0x107f)); }

TEST(FormatSymbols, a_return_address_behind_the_last_call_is_the_callers) {
  STRCMP_EQUAL("kmalloc+0x80/0x80", format("%pB", 0x1080));
  STRCMP_EQUAL("panic+0x0/0x20", format("%pS", 0x1080));
}

TEST(FormatSymbols, without_a_symbol_the_address) {
  STRCMP_EQUAL("0x2000", format("%pS", 0x2000));
  STRCMP_EQUAL("0x2000", format("%ps", 0x2000));
  STRCMP_EQUAL("0x2000", format("%pB", 0x2000));
}
