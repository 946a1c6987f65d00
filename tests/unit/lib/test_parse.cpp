// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <linux/kernel.h>
#include <climits>
#include <initializer_list>
#include <lib/parse.hpp>

using mink::parse_number;
using mink::parse_signed;
using mink::parse_size;
using mink::ParseError;

TEST_GROUP(Parse){};

TEST(Parse, bases) {
  CHECK(parse_number("0").value == 0 && parse_number("0").ok());
  CHECK(parse_number("42").value == 42);
  CHECK(parse_number("+42").value == 42);
  CHECK(parse_number("0x2A").value == 42);
  CHECK(parse_number("0X2a").value == 42);
  CHECK(parse_number("052").value == 42);
  CHECK(parse_number("2a", UINT64_MAX, 16).value == 42);
  CHECK(parse_number("0x2a", UINT64_MAX, 16).value == 42);
  CHECK(parse_number("052", UINT64_MAX, 10).value == 52);
  CHECK(parse_number("101", UINT64_MAX, 2).value == 5);
}

TEST(Parse, what_is_no_number) {
  for (const char* text :
       {"", " ", "x", "0x", "0xg", "08", "1 ", " 1", "1x", "-", "+", "--1", "+-1", "1-", "0x-1"}) {
    CHECK_TEXT(parse_number(text).error == ParseError::NotANumber, text);
    CHECK_TEXT(parse_number(text).value == 0, text);
  }
}

TEST(Parse, a_sign_and_a_size_too_large_are_told_apart) {
  CHECK(parse_number("-1").error == ParseError::Negative);
  CHECK(parse_number("-0x10").error == ParseError::Negative);
  CHECK(parse_number("18446744073709551615").value == UINT64_MAX);
  CHECK(parse_number("18446744073709551616").error == ParseError::Overflow);
  CHECK(parse_number("99999999999999999999999999").error == ParseError::Overflow);
  CHECK(parse_number("0x1ffffffffffffffff").error == ParseError::Overflow);
  CHECK(parse_number("99999999999999999999999999x").error == ParseError::NotANumber);
  CHECK(parse_number("100", 99).error == ParseError::Overflow);
  CHECK(parse_number("99", 99).ok());
}

TEST(Parse, sizes) {
  CHECK(parse_size("64").value == 64);
  CHECK(parse_size("4k").value == 4096);
  CHECK(parse_size("4K").value == 4096);
  CHECK(parse_size("0x10M").value == 16u << 20);
  CHECK(parse_size("1g").value == 1u << 30);
  CHECK(parse_size("3G", UINT32_MAX).value == 3u * (1u << 30));
  CHECK(parse_size("4G", UINT32_MAX).error == ParseError::Overflow);
  CHECK(parse_size("17179869184G", UINT64_MAX).error == ParseError::Overflow);
  CHECK(parse_size("17179869183G", UINT64_MAX).ok());
  for (const char* text : {"", "K", "4KB", "4 K", "K4", "4KK", "M"}) {
    CHECK_TEXT(parse_size(text).error == ParseError::NotANumber, text);
  }
  CHECK(parse_size("-4K").error == ParseError::Negative);
}

TEST(Parse, signed_numbers) {
  CHECK(parse_signed("-5").value == -5);
  CHECK(parse_signed("+5").value == 5);
  CHECK(parse_signed("-0x10").value == -16);
  CHECK(parse_signed("-9223372036854775808").value == INT64_MIN);
  CHECK(parse_signed("-9223372036854775809").error == ParseError::Overflow);
  CHECK(parse_signed("9223372036854775807").value == INT64_MAX);
  CHECK(parse_signed("9223372036854775808").error == ParseError::Overflow);
  CHECK(parse_signed("--5").error == ParseError::NotANumber);
  CHECK(parse_signed("-").error == ParseError::NotANumber);
}

TEST_GROUP(Kstrto){};

TEST(Kstrto, takes_the_whole_text_and_a_line_feed) {
  unsigned value = 7;
  LONGS_EQUAL(0, kstrtouint("42\n", 0, &value));
  LONGS_EQUAL(42, value);
  LONGS_EQUAL(-EINVAL, kstrtouint("42\n\n", 0, &value));
  LONGS_EQUAL(-EINVAL, kstrtouint("", 0, &value));
  LONGS_EQUAL(-EINVAL, kstrtouint("-1", 0, &value));
  LONGS_EQUAL(42, value);
}

TEST(Kstrto, keeps_to_its_type) {
  int i = 0;
  LONGS_EQUAL(0, kstrtoint("-2147483648", 10, &i));
  LONGS_EQUAL(INT_MIN, i);
  LONGS_EQUAL(-ERANGE, kstrtoint("2147483648", 10, &i));
  LONGS_EQUAL(-ERANGE, kstrtoint("-2147483649", 10, &i));
  LONGS_EQUAL(INT_MIN, i);
  unsigned u = 0;
  LONGS_EQUAL(0, kstrtouint("4294967295", 10, &u));
  LONGS_EQUAL(-ERANGE, kstrtouint("4294967296", 10, &u));
  unsigned long ul = 0;
  LONGS_EQUAL(-ERANGE, kstrtoul("18446744073709551616", 10, &ul));
  long l = 0;
  LONGS_EQUAL(0, kstrtol("-7f", 16, &l));
  LONGS_EQUAL(-0x7f, l);
}
