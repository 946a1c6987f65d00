// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <linux/string.h>
#include <cstring>

#include "fakes/log.hpp"
#include "unit/linux/driver_headers.h"

TEST_GROUP(DriverHeaders){void setup() override{mink::fakes::take_log();
}
}
;

TEST(DriverHeaders, lists) {
  LONGS_EQUAL(13, c_list_of_odd_numbers());
  LONGS_EQUAL(3412, c_list_spliced_in_front());
  LONGS_EQUAL(1234, c_list_spliced_behind());
  LONGS_EQUAL(1, c_list_deleted());
  LONGS_EQUAL(293, c_list_moved());
}

TEST(DriverHeaders, error_pointers) { LONGS_EQUAL(1, c_error_pointers()); }
TEST(DriverHeaders, rounding) { LONGS_EQUAL(1, c_rounding()); }
TEST(DriverHeaders, container_of) { LONGS_EQUAL(1, c_container_of()); }

TEST(DriverHeaders, pr_info_has_the_files_prefix_and_pr_debug_is_silent) {
  c_prints(7);
  STRCMP_EQUAL("mydrv: 7\n", mink::fakes::take_log());
}

TEST(DriverHeaders, warns_once) {
  const unsigned dumps = mink::fakes::stack_dumps();
  LONGS_EQUAL(3, c_warns_once());
  LONGS_EQUAL(3, c_warns_once());
  LONGS_EQUAL(dumps + 1, mink::fakes::stack_dumps());
}

TEST_GROUP(LinuxString) { char to[8]; };

TEST(LinuxString, strscpy_cuts_and_says_so) {
  std::memset(to, 'x', sizeof to);
  LONGS_EQUAL(3, strscpy(to, "abc", sizeof to));
  STRCMP_EQUAL("abc", to);
  LONGS_EQUAL('x', to[4]);
  LONGS_EQUAL(7, strscpy(to, "1234567", sizeof to));
  STRCMP_EQUAL("1234567", to);
  LONGS_EQUAL(-7, strscpy(to, "12345678", sizeof to));
  STRCMP_EQUAL("1234567", to);
  LONGS_EQUAL(-7, strscpy(to, "a", 0));
  STRCMP_EQUAL("1234567", to);
}

TEST(LinuxString, memchr_inv_finds_the_first_other_byte) {
  std::memset(to, 0x5a, sizeof to);
  POINTERS_EQUAL(nullptr, memchr_inv(to, 0x5a, sizeof to));
  POINTERS_EQUAL(nullptr, memchr_inv(to, 0, 0));
  to[5] = 0;
  POINTERS_EQUAL(to + 5, memchr_inv(to, 0x5a, sizeof to));
  std::memset(to, 0xff, sizeof to);
  POINTERS_EQUAL(nullptr, memchr_inv(to, 0xff, sizeof to));
}

TEST(LinuxString, memzero_explicit_clears) {
  std::memset(to, 1, sizeof to);
  memzero_explicit(to, 7);
  LONGS_EQUAL(1, to[7]);
  POINTERS_EQUAL(to + 7, memchr_inv(to, 0, sizeof to));
}
