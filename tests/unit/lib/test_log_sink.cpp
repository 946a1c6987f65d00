// SPDX-License-Identifier: MIT
// What lib/ sends to the log: reports of many pieces, warnings, and how often.
#include <CppUTest/TestHarness.h>

#include <linux/bug.h>
#include <cstring>
#include <lib/log_sink.hpp>
#include <lib/ratelimit.hpp>

#include "fakes/log.hpp"

TEST_GROUP(LogSink){void setup() override{mink::fakes::take_log();
}
}
;

TEST(LogSink, puts_lines_together) {
  mink::LogSink sink{KERN_WARNING};
  mink::print(sink, "Node %d, ", 0);
  STRCMP_EQUAL("", mink::fakes::take_log());
  mink::print(sink, "zone %s\nnext", "DMA");
  STRCMP_EQUAL("Node 0, zone DMA\n", mink::fakes::take_log());
  sink.flush();
  STRCMP_EQUAL("next", mink::fakes::take_log());
}

TEST(LogSink, sends_the_rest_when_it_ends) {
  {
    mink::LogSink sink;
    mink::print(sink, "half a line with %%d");
  }
  STRCMP_EQUAL("half a line with %d", mink::fakes::take_log());
}

TEST(LogSink, long_lines_lose_nothing) {
  char line[301];
  std::memset(line, 'x', sizeof line);
  line[300] = '\0';
  mink::LogSink sink;
  mink::print(sink, "%s\n", line);
  const char* const log = mink::fakes::take_log();
  LONGS_EQUAL(301, std::strlen(log));
  LONGS_EQUAL(300, std::strspn(log, "x"));
}

TEST_GROUP(RateLimit) {
  mink::RateLimit limit{1000, 2};
  unsigned suppressed = 0;
};

TEST(RateLimit, a_burst_in_each_interval) {
  CHECK(limit.allow(5000, suppressed));
  CHECK(limit.allow(5100, suppressed));
  CHECK_FALSE(limit.allow(5200, suppressed));
  CHECK_FALSE(limit.allow(5999, suppressed));
  LONGS_EQUAL(0, suppressed);
  CHECK(limit.allow(6000, suppressed));
  LONGS_EQUAL(2, suppressed);
  CHECK(limit.allow(6001, suppressed));
  LONGS_EQUAL(0, suppressed);
  CHECK_FALSE(limit.allow(6002, suppressed));
}

TEST(RateLimit, before_the_clock_runs) {
  CHECK(limit.allow(0, suppressed));
  CHECK(limit.allow(0, suppressed));
  CHECK_FALSE(limit.allow(0, suppressed));
}

TEST_GROUP(Warn){void setup() override{mink::fakes::take_log();
}
}
;

TEST(Warn, on_says_where_and_gives_the_condition) {
  const unsigned dumps = mink::fakes::stack_dumps();
  CHECK_FALSE(WARN_ON(1 > 2));
  STRCMP_EQUAL("", mink::fakes::take_log());
  LONGS_EQUAL(dumps, mink::fakes::stack_dumps());
  CHECK(WARN_ON(2 > 1));
  const char* const log = mink::fakes::take_log();
  STRCMP_CONTAINS("------------[ cut here ]------------\nWARNING: CPU: 0 PID: 0 at ", log);
  STRCMP_CONTAINS("test_log_sink.cpp:", log);
  LONGS_EQUAL(dumps + 1, mink::fakes::stack_dumps());
}

TEST(Warn, prints_its_message) {
  CHECK(WARN(true, "order %d of %s\n", 11, "zone"));
  STRCMP_CONTAINS("\norder 11 of zone\n", mink::fakes::take_log());
}

TEST(Warn, once_is_once_for_each_place) {
  for (int i = 0; i < 3; ++i) {
    CHECK(WARN_ON_ONCE(true));
    CHECK(WARN_ONCE(true, "said %d\n", i) == 1);
    if (i == 0) {
      STRCMP_CONTAINS("\nsaid 0\n", mink::fakes::take_log());
    } else {
      STRCMP_EQUAL("", mink::fakes::take_log());
    }
  }
}

TEST(Warn, a_bug_panics) {
  const char* const message = mink::fakes::panic_of([] { BUG_ON(1 + 1 == 2); });
  CHECK(message != nullptr);
  STRCMP_CONTAINS("kernel BUG at ", message);
  CHECK(mink::fakes::panic_of([] { BUG_ON(1 + 1 == 3); }) == nullptr);
}
