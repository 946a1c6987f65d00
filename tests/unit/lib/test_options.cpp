// SPDX-License-Identifier: MIT
// Options of a kernel command line, quoted and not, cut off and missing.
#include <lib/options.hpp>

#include "CppUTest/TestHarness.h"

using mink::boot_option;
using mink::BootOptions;

TEST_GROUP(BootOptions){static void is(std::string_view line, std::string_view name,
                                       std::string_view wanted){const auto value = boot_option(line, name);
CHECK(value.has_value());
CHECK(*value == wanted);
}
}
;

TEST(BootOptions, values) {
  is("mem=64M  mode=plain", "mem", "64M");
  is("mem=64M  mode=plain", "mode", "plain");
  is("\tmode=plain\n", "mode", "plain");
  is("a=b=c", "a", "b=c");
  is("a=", "a", "");
  is("quiet a=1", "quiet", "");
}

TEST(BootOptions, missing) {
  CHECK(!boot_option("", "mem"));
  CHECK(!boot_option("   ", "mem"));
  CHECK(!boot_option("highmem=4M", "mem"));
  CHECK(!boot_option("mem2=4M", "mem"));
}

TEST(BootOptions, quoted_values_hold_blanks_and_other_quotes) {
  is("exec=\"free; cache create 'a b' 8\" mode=plain", "exec", "free; cache create 'a b' 8");
  is("exec=\"free; live\" mode=plain", "mode", "plain");
  is("exec='echo \"x\"'", "exec", "echo \"x\"");
  is("exec=\"\" mode=ansi", "exec", "");
}

TEST(BootOptions, what_a_quote_hides_is_no_option) { CHECK(!boot_option("exec=\"a mem=1M b\"", "mem")); }

TEST(BootOptions, an_open_quote_reaches_to_the_end) { is("exec=\"free; live", "exec", "free; live"); }

TEST(BootOptions, the_last_one_counts) { is("mem=1M mem=2M", "mem", "2M"); }

TEST(BootOptions, every_cut_of_a_line_is_harmless) {
  const std::string_view line = "mem=64M exec=\"a b\" quiet x='y z' =5 ==";
  for (std::size_t n = 0; n <= line.size(); ++n) {
    BootOptions options{line.substr(0, n)};
    unsigned count = 0;
    while (options.next()) ++count;
    CHECK(count <= 6);
  }
}
