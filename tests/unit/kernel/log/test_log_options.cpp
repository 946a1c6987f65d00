// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <kernel/log_options.hpp>

using mink::CommandLine;
using mink::kernel::LogOptions;
using mink::kernel::PanicAction;

TEST_GROUP(LogOptions) {
  char text[200];
  mink::BufferSink report{text};
  LogOptions parse(const char* line) {
    report.clear();
    return mink::kernel::parse_log_options(CommandLine{line}, report);
  }
};

TEST(LogOptions, levels) {
  LONGS_EQUAL(7, parse("").console_level);
  LONGS_EQUAL(4, parse("quiet").console_level);
  LONGS_EQUAL(8, parse("debug").console_level);
  LONGS_EQUAL(3, parse("quiet loglevel=3").console_level);
  LONGS_EQUAL(0, parse("loglevel=0").console_level);
  STRCMP_EQUAL("", text);
}

TEST(LogOptions, panics) {
  CHECK(parse("").panic == PanicAction::Halt);
  CHECK(parse("panic=0").panic == PanicAction::Halt);
  CHECK(parse("panic=-1").panic == PanicAction::PowerOff);
  CHECK(parse("panic=5").panic == PanicAction::PowerOff);
  STRCMP_EQUAL("", text);
}

TEST(LogOptions, nonsense_is_named_and_ignored) {
  LONGS_EQUAL(7, parse("loglevel=9").console_level);
  STRCMP_EQUAL("loglevel=9 is no level from 0 to 8, ignored\n", text);
  LONGS_EQUAL(7, parse("loglevel=").console_level);
  STRCMP_EQUAL("loglevel= is no level from 0 to 8, ignored\n", text);
  CHECK(parse("panic=now").panic == PanicAction::Halt);
  STRCMP_EQUAL("panic=now is not a number, ignored\n", text);
}
