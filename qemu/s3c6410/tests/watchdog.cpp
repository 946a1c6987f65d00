// SPDX-License-Identifier: GPL-2.0-or-later
// The watchdog as an interval timer; its reset is the frame's (check.cpp). Facts, section 5.
#include <initializer_list>

#include "check.hpp"

namespace {
constexpr std::uint32_t kRun = 0x20, kInterrupt = 0x4;
}

TEST(watchdog_registers_are_16_bits) {
  reg(WTDAT) = 0xABCD1234;
  reg(WTCNT) = 0xABCD4321;
  EXPECT_EQ(reg(WTDAT), 0x1234);
  EXPECT_EQ(reg(WTCNT), 0x4321);
}

TEST(watchdog_counts_pclk_by_its_prescaler_and_divider) {
  for (unsigned divider = 0; divider < 4; divider++) {
    for (const std::uint32_t prescaler : {0u, 9u}) {
      reg(WTDAT) = 50'000;
      reg(WTCNT) = 50'000;
      reg(WTCON) = prescaler << 8 | kRun | divider << 3;
      const std::uint32_t from = now();
      wait_us(2000);
      const std::uint32_t counted = 50'000 - reg(WTCNT);
      const std::uint32_t wanted = (now() - from) / (prescaler + 1) / (16u << divider);
      EXPECT_IN(counted, wanted * 97 / 100 - 1, wanted * 103 / 100 + 1);
      reg(WTCON) = 0;
    }
  }
}

TEST(watchdog_stopped_stands) {
  reg(WTCNT) = 777;
  wait_us(100);
  EXPECT_EQ(reg(WTCNT), 777);
}

TEST(watchdog_interrupts_and_starts_again_from_WTDAT) {
  reg(WTDAT) = 2000;
  reg(WTCNT) = 100;
  reg(WTCON) = kRun | kInterrupt;  // / 16
  EXPECT_EQ(raised(IRQ_WDT), false);
  EXPECT_EQ(within_us(100, [] { return raised(IRQ_WDT); }), true);
  const std::uint32_t from = now();
  EXPECT_IN(reg(WTCNT), 1900, 2000);
  reg(WTCLRINT) = 1;
  EXPECT_EQ(raised(IRQ_WDT), false);
  EXPECT_EQ(within_us(1000, [] { return raised(IRQ_WDT); }), true);
  EXPECT_IN(now() - from, 31'000, 33'000);
  reg(WTCON) = 0;
  reg(WTCLRINT) = 0;
  EXPECT_EQ(raised(IRQ_WDT), false);
}

TEST(watchdog_without_its_interrupt_bit_is_silent) {
  reg(WTDAT) = 100;
  reg(WTCNT) = 100;
  reg(WTCON) = kRun;
  wait_us(200);
  EXPECT_EQ(raised(IRQ_WDT), false);
}
