// SPDX-License-Identifier: GPL-2.0-or-later
// System controller and DRAM controller (facts, sections 7, 8). Seconds of the RTC, from its own crystal, are
// the measure of what the PLLs give the timers.
#include <initializer_list>

#include "check.hpp"

namespace {

constexpr std::uint32_t kRtcEnable = 1, kTickEnable = 0x100;

// Ticks of timer 2 in one 1/64 s of the RTC's tick, scaled to one second.
std::uint32_t measured_pclk() {
  reg(RTCCON) = kRtcEnable;
  reg(TICNT) = 32768 / 64 - 1;
  reg(RTCCON) = kRtcEnable | kTickEnable;
  const auto tick = [] {
    reg(INTP) = 1;
    return within_us(100'000, [] { return (reg(INTP) & 1) != 0; });
  };
  EXPECT_EQ(tick(), true);
  const std::uint32_t from = now();
  EXPECT_EQ(tick(), true);
  const std::uint32_t ticks = now() - from;
  reg(RTCCON) = 0;
  reg(INTP) = 3;
  return ticks * 64;
}

}  // namespace

TEST(syscon_is_an_s3c6410) { EXPECT_EQ(reg(SYS_ID), 0x36410101); }

TEST(syscon_inform_registers_keep_a_note) {
  for (unsigned i = 0; i < 8; i++) reg(INFORM0 + 4 * i) = 0xA5A50000 + i;
  for (unsigned i = 0; i < 8; i++) EXPECT_EQ(reg(INFORM0 + 4 * i), 0xA5A50000 + i);
}

TEST(syscon_the_clock_tree_is_what_its_registers_say) {
  EXPECT_IN(pclk_hz(), 66'000'000, 67'000'000);
  EXPECT_IN(measured_pclk(), pclk_hz() / 1000 * 997, pclk_hz() / 1000 * 1003);
}

TEST(syscon_pclk_follows_its_divider) {
  const std::uint32_t before = reg(CLK_DIV0);
  reg(CLK_DIV0) = (before & ~0xF000u) | 0x7000;
  const std::uint32_t said = pclk_hz(), measured = measured_pclk();
  reg(CLK_DIV0) = before;
  EXPECT_IN(said, 33'000'000, 33'500'000);
  EXPECT_IN(measured, said / 1000 * 997, said / 1000 * 1003);
}

TEST(syscon_pclk_follows_the_pll_that_OTHERS_chooses) {
  const std::uint32_t others = reg(OTHERS), apll = reg(APLL_CON), mpll = reg(MPLL_CON);
  reg(APLL_CON) = 0x81900302;  // 400 MHz
  reg(MPLL_CON) = 0x810A0302;  // 266 MHz
  reg(OTHERS) = others | 0x40;
  const std::uint32_t said_apll = pclk_hz(), measured_apll = measured_pclk();
  reg(OTHERS) = others & ~0x40u;
  const std::uint32_t said_mpll = pclk_hz(), measured_mpll = measured_pclk();
  reg(APLL_CON) = apll;
  reg(MPLL_CON) = mpll;
  reg(OTHERS) = others;
  EXPECT_EQ(said_apll, 50'000'000);
  EXPECT_IN(measured_apll, said_apll / 1000 * 997, said_apll / 1000 * 1003);
  EXPECT_EQ(said_mpll, 33'250'000);
  EXPECT_IN(measured_mpll, said_mpll / 1000 * 997, said_mpll / 1000 * 1003);
}

TEST(syscon_without_a_pll_the_crystal_is_the_source) {
  const std::uint32_t before = reg(CLK_SRC);
  reg(CLK_SRC) = before & ~3u;
  const std::uint32_t said = pclk_hz(), measured = measured_pclk();
  reg(CLK_SRC) = before;
  EXPECT_EQ(said, 1'500'000);
  EXPECT_IN(measured, said / 1000 * 997, said / 1000 * 1003);
}

TEST(syscon_software_reset_wants_its_number) {
  reg(SW_RST) = 0x6411;
  wait_us(1000);
  EXPECT_EQ(reg(SYS_ID), 0x36410101);  // still here
}

TEST(unknown_registers_read_0) {
  EXPECT_EQ(reg(kPwm + 0x048), 0);
  EXPECT_EQ(reg(0x77100000), 0);  // the LCD controller, not modelled
  EXPECT_EQ(reg(kDma0 + 0x118), 0);
}

TEST(nothing_behind_the_second_chip_select) {
  const std::uint32_t value = reg(0x68000000);
  static_cast<void>(value);
  EXPECT_EQ(aborts_taken, 1);
  aborts_taken = 0;
}

TEST(dmc_is_ready_and_says_the_size_that_is_there) {
  EXPECT_EQ(reg(MEMC_STATUS) & 3, 1);
  const std::uint32_t chip = reg(CHIP0_CFG);
  EXPECT_EQ((chip >> 8) & 0xFF, kDram >> 24);
  const std::uint32_t size = 0u - (chip << 24);
  EXPECT_EQ(size == 128u << 20 || size == 256u << 20, true);
  reg(kDram + size - 4) = 0x5A5A1234;
  reg(kDram + size / 2) = 0x11112222;
  EXPECT_EQ(reg(kDram + size - 4), 0x5A5A1234);
  EXPECT_EQ(reg(kDram + size / 2), 0x11112222);
}

TEST_AFTER_SOFTWARE_RESET(syscon_is_back_after_a_software_reset) {
  EXPECT_EQ(reg(SYS_ID), 0x36410101);
  EXPECT_EQ(reg(SWPRIORITYMASK + kVic0), 0xFFFF);
}
