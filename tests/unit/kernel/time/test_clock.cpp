// SPDX-License-Identifier: MIT
#include <CppUTest/TestHarness.h>

#include <initializer_list>
#include <kernel/clock.hpp>

using namespace mink::kernel;

namespace {

class FakeCounter final : public ClockSource {
 public:
  [[nodiscard]] const char* name() const override { return "fake"; }
  [[nodiscard]] std::uint32_t read() const override { return value += step; }
  [[nodiscard]] std::uint32_t frequency_hz() const override { return hz; }

  mutable std::uint32_t value = 0;
  std::uint32_t step = 0;  // added at each reading
  std::uint32_t hz = 24'000'000;
};

}  // namespace

TEST_GROUP(MonotonicClock) {
  FakeCounter counter;
  MonotonicClock clock;
};

TEST(MonotonicClock, says_zero_before_it_starts) {
  CHECK_EQUAL(0u, clock.cycles());
  CHECK_EQUAL(0u, clock.ns());
  CHECK_FALSE(clock.started());
}

TEST(MonotonicClock, begins_with_the_counters_own_time) {
  counter.value = 24'000;
  clock.start(counter);
  CHECK_EQUAL(1'000'000u, clock.ns());
}

TEST(MonotonicClock, widens_across_every_wrap) {
  counter.value = 0xfffffff0;
  clock.start(counter);
  std::uint64_t expected = 0xfffffff0;
  for (int i = 0; i < 20; ++i) {
    counter.value += 0xf0000000;  // nearly a whole turn
    expected += 0xf0000000;
    CHECK_TRUE(clock.cycles() == expected);
  }
}

TEST(MonotonicClock, nanoseconds_are_exact_for_years) {
  clock.start(counter);
  CHECK_TRUE(clock.to_ns(1) == 41);
  CHECK_TRUE(clock.to_ns(24) == 1000);
  CHECK_TRUE(clock.to_ns(24'000'000ull * 86'400 * 365 * 10) == 1'000'000'000ull * 86'400 * 365 * 10);
  CHECK_TRUE(clock.to_ns(24'000'000ull * 86'400 + 12) == 86'400'000'000'000ull + 500);
}

TEST(MonotonicClock, a_delay_is_never_short) {
  clock.start(counter);
  counter.step = 7;
  for (unsigned long us : {0ul, 1ul, 3ul, 1000ul}) {
    const std::uint32_t before = counter.value;
    clock.delay_ns(us * 1000);
    CHECK_TRUE(counter.value - before >= us * 24);
    CHECK_TRUE(counter.value - before <= us * 24 + 40);
  }
  const std::uint32_t before = counter.value;
  clock.delay_ns(1);  // a fraction of a step is a whole one
  CHECK_TRUE(counter.value - before >= 1);
}
