// SPDX-License-Identifier: GPL-2.0-or-later
// What a test of the machine is made of. TEST(name) { ... EXPECT_EQ(what, wanted); } gives one line on UART0: "ok name"
// or "FAIL name" with the first expectation that did not hold. Each test begins with the machine put in order:
// interrupt controllers shut, timers stopped but timer 2, which counts PCLK, UART1 idle.
#pragma once
#include <cstdint>

#include "registers.hpp"

struct Test {
  const char* name;
  void (*run)();
};

// TEST runs in the first boot, the others in the boot after that reset.
#define TEST(name) MINK_TEST(name, ".tests_0")
#define TEST_AFTER_WATCHDOG_RESET(name) MINK_TEST(name, ".tests_1")
#define TEST_AFTER_SOFTWARE_RESET(name) MINK_TEST(name, ".tests_2")
#define MINK_TEST(name, place)                                                          \
  static void name();                                                                   \
  [[gnu::section(place), gnu::used]] static constexpr Test name##_test = {#name, name}; \
  static void name()

void expect(bool holds, const char* file, int line, const char* what, std::uint32_t got, std::uint32_t low,
            std::uint32_t high);

#define EXPECT_EQ(got, wanted)                                                      \
  do {                                                                              \
    const std::uint32_t got_ = static_cast<std::uint32_t>(got);                     \
    const std::uint32_t wanted_ = static_cast<std::uint32_t>(wanted);               \
    expect(got_ == wanted_, __FILE_NAME__, __LINE__, #got, got_, wanted_, wanted_); \
  } while (false)
#define EXPECT_IN(got, low, high)                                                            \
  do {                                                                                       \
    const std::uint32_t got_ = static_cast<std::uint32_t>(got);                              \
    const std::uint32_t low_ = static_cast<std::uint32_t>(low);                              \
    const std::uint32_t high_ = static_cast<std::uint32_t>(high);                            \
    expect(got_ >= low_ && got_ <= high_, __FILE_NAME__, __LINE__, #got, got_, low_, high_); \
  } while (false)

extern "C" {
extern volatile std::uint32_t irqs_taken, fiqs_taken, aborts_taken;
extern volatile std::uint32_t phase;  // outlives a reset
}

// Whether the CPU takes an interrupt now, by its exception.
bool cpu_takes_irq();
bool cpu_takes_fiq();

// PCLK as the clock tree's registers say (facts, section 7).
std::uint32_t pclk_hz();

// Timer 2, counted up: PCLK ticks since some time.
std::uint32_t now();
std::uint32_t microseconds(std::uint32_t us);  // in ticks
void wait_us(std::uint32_t us);
// Polls until condition() or for `us`; whether it came.
template <class Condition>
bool within_us(std::uint32_t us, Condition condition) {
  const std::uint32_t start = now(), patience = microseconds(us);
  while (!condition()) {
    if (now() - start > patience) return condition();
  }
  return true;
}

// The same for a long time, asleep between timer 4's ticks of a millisecond: QEMU skips what is slept.
void wait_for_interrupt();
void start_idle_ticks();
void idle_tick();
template <class Condition>
bool within_ms_asleep(std::uint32_t ms, Condition condition) {
  start_idle_ticks();
  for (std::uint32_t i = 0; i < ms && !condition(); i++) idle_tick();
  return condition();
}
