// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <lib/cmdline.hpp>

using mink::CommandLine;

TEST_GROUP(CommandLine){};

TEST(CommandLine, options_one_by_one) {
  const CommandLine line{"  quiet mem=64M\tempty=  last"};
  std::size_t at = 0;
  auto option = line.next(at);
  CHECK(option && option->name == "quiet" && !option->has_value);
  option = line.next(at);
  CHECK(option && option->name == "mem" && option->value == "64M" && option->has_value);
  option = line.next(at);
  CHECK(option && option->name == "empty" && option->value.empty() && option->has_value);
  option = line.next(at);
  CHECK(option && option->name == "last");
  CHECK_FALSE(line.next(at).has_value());
  CHECK_FALSE(line.next(at).has_value());
}

TEST(CommandLine, quotes_keep_blanks_together) {
  const CommandLine line{R"(a=1 exec="cat /proc/meminfo; pages 3" "both=x y" b=2)"};
  CHECK(line.value("exec") == "cat /proc/meminfo; pages 3");
  CHECK(line.value("both") == "x y");
  CHECK(line.value("a") == "1");
  CHECK(line.value("b") == "2");
  CHECK_FALSE(line.find("pages").has_value());
}

TEST(CommandLine, an_open_quote_ends_with_the_text) {
  const CommandLine line{R"(a=1 exec="help; free)"};
  CHECK(line.value("exec") == "help; free");
  CHECK(CommandLine{"x=\""}.value("x") == "");
  CHECK(CommandLine{"\""}.find("").has_value());
}

TEST(CommandLine, an_equals_sign_in_the_value_stays) {
  CHECK(CommandLine{"root=UUID=12"}.value("root") == "UUID=12");
  CHECK(CommandLine{"=5"}.value("") == "5");
}

TEST(CommandLine, the_last_of_a_name_counts_and_dashes_are_underscores) {
  const CommandLine line{"log-level=3 log_level=5 LOG_LEVEL=6"};
  CHECK(line.value("log_level") == "5");
  CHECK(line.value("log-level") == "5");
  CHECK_FALSE(line.value("log").has_value());
}

TEST(CommandLine, without_a_value_there_is_none) {
  const CommandLine line{"quiet quiet2="};
  CHECK(line.find("quiet").has_value());
  CHECK_FALSE(line.value("quiet").has_value());
  CHECK(line.value("quiet2") == "");
}

TEST(CommandLine, nothing_behind_a_nul_is_read) {
  const CommandLine line{std::string_view{"a=1\0b=2", 7}};
  CHECK(line.value("a") == "1");
  CHECK_FALSE(line.find("b").has_value());
  CHECK_FALSE(CommandLine{}.find("a").has_value());
  CHECK_FALSE(CommandLine{" \t "}.find("a").has_value());
}
