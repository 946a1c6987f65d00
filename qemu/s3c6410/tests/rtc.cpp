// SPDX-License-Identifier: GPL-2.0-or-later
// The real-time clock (facts, section 5). RTCEN is what connects it to the CPU.
#include <initializer_list>

#include "check.hpp"

namespace {

constexpr std::uint32_t kEnable = 1, kTickEnable = 0x100;

std::uint32_t from_bcd(std::uint32_t v) { return (v >> 4) * 10 + (v & 0xF); }

void set_time(std::uint32_t year, std::uint32_t mon, std::uint32_t date, std::uint32_t hour,
              std::uint32_t min, std::uint32_t sec) {
  reg(RTCCON) = kEnable;
  reg(BCDYEAR) = year;
  reg(BCDMON) = mon;
  reg(BCDDATE) = date;
  reg(BCDHOUR) = hour;
  reg(BCDMIN) = min;
  reg(BCDSEC) = sec;
}

}  // namespace

TEST(rtc_tells_the_time_in_bcd) {
  reg(RTCCON) = kEnable;
  for (const std::uint32_t at : {BCDSEC, BCDMIN, BCDHOUR, BCDDATE, BCDMON, BCDYEAR}) {
    EXPECT_IN(reg(at) & 0xF, 0, 9);
    EXPECT_IN(reg(at) >> 4, 0, 9);
    EXPECT_EQ(reg8(at), reg(at));  // Linux reads bytes
  }
  EXPECT_IN(from_bcd(reg(BCDYEAR)), 24, 99);  // of the host
  EXPECT_IN(from_bcd(reg(BCDMON)), 1, 12);
  EXPECT_IN(from_bcd(reg(BCDDATE)), 1, 31);
}

TEST(rtc_carries_from_second_to_year) {
  set_time(0x27, 0x12, 0x31, 0x23, 0x59, 0x59);
  EXPECT_EQ(reg(BCDYEAR), 0x27);
  EXPECT_EQ(within_ms_asleep(1100, [] { return reg(BCDSEC) == 0; }), true);
  EXPECT_EQ(reg(BCDMIN), 0);
  EXPECT_EQ(reg(BCDHOUR), 0);
  EXPECT_EQ(reg(BCDDATE), 1);
  EXPECT_EQ(reg(BCDMON), 1);
  EXPECT_EQ(reg(BCDYEAR), 0x28);
}

TEST(rtc_time_is_written_only_when_enabled) {
  set_time(0x26, 0x05, 0x06, 0x07, 0x08, 0x09);
  reg(RTCCON) = 0;
  reg(BCDHOUR) = 0x22;
  reg(RTCCON) = kEnable;
  EXPECT_EQ(reg(BCDHOUR), 0x07);
}

TEST(rtc_tick_interrupts_and_its_pending_bit_clears_by_1) {
  reg(RTCCON) = 0;
  reg(TICNT) = 32;
  reg(RTCCON) = kTickEnable;
  EXPECT_EQ(within_us(3000, [] { return (reg(INTP) & 1) != 0; }), true);
  EXPECT_EQ(raised(IRQ_RTC_TICK), true);
  reg(RTCCON) = 0;
  reg(INTP) = 2;
  EXPECT_EQ(reg(INTP) & 1, 1);
  reg(INTP) = 1;
  EXPECT_EQ(reg(INTP) & 1, 0);
  EXPECT_EQ(raised(IRQ_RTC_TICK), false);
}

TEST(rtc_alarm_comes_at_its_second) {
  set_time(0x26, 0x05, 0x06, 0x07, 0x08, 0x09);
  reg(INTP) = 2;
  reg(ALMSEC) = 0x10;
  reg(RTCALM) = 0x41;  // on, and only seconds compared
  EXPECT_EQ(raised(IRQ_RTC_ALARM), false);
  EXPECT_EQ(within_ms_asleep(1100, [] { return (reg(INTP) & 2) != 0; }), true);
  EXPECT_EQ(reg(BCDSEC), 0x10);
  EXPECT_EQ(raised(IRQ_RTC_ALARM), true);
  reg(INTP) = 2;
  EXPECT_EQ(raised(IRQ_RTC_ALARM), false);
  reg(RTCALM) = 0;
}
