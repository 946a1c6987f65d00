// SPDX-License-Identifier: MIT
// The S3C6410's timers, interrupt controllers, clocks, memory size, time of day, pins and reset.
#include <CppUTest/TestHarness.h>

#include <drivers/pl192.hpp>
#include <drivers/s3c_gpio.hpp>
#include <drivers/s3c_pwm.hpp>
#include <drivers/s3c_rtc.hpp>
#include <drivers/s3c_system.hpp>

#include "fakes/register_file.hpp"

using namespace mink;
using namespace mink::drivers;
using fakes::FakeBus;

namespace {

class Vic final : public fakes::RegisterFile {
 public:
  using R = Pl192Regs;
  std::uint32_t load(std::size_t offset) override {
    return offset == R::IrqStatus::kOffset ? (lines | soft) & enabled & ~at<R::IntSelect>()
                                           : RegisterFile::load(offset);
  }
  void store(std::size_t offset, std::uint32_t value) override {
    if (offset == R::IntEnable::kOffset) enabled |= value;
    if (offset == R::IntEnClear::kOffset) enabled &= ~value;
    if (offset == R::SoftIntClear::kOffset) soft &= ~value;
    if (offset == R::Address::kOffset) ++ends;
    RegisterFile::store(offset % (4 * kWords), value);
  }
  std::uint32_t lines = 0, soft = 0, enabled = 0;
  unsigned ends = 0;
};

// TINT_CSTAT: enables are stored, status bits are cleared by 1.
class Pwm final : public fakes::RegisterFile {
 public:
  void store(std::size_t offset, std::uint32_t value) override {
    note(offset, value);
    if (offset == S3cPwmRegs::TintCstat::kOffset) {
      const std::uint32_t status = words[offset / 4] & 0x3e0 & ~value;
      words[offset / 4] = (value & 0x1f) | status;
    } else {
      words[offset / 4] = value;
    }
  }
};

}  // namespace

TEST_GROUP(Pl192) {
  Vic first, chained;
  BasicPl192Pair<FakeBus> vics{FakeBus{&first}, FakeBus{&chained}};
};

TEST(Pl192, init_forgets_what_firmware_left) {
  for (Vic* vic : {&first, &chained}) {
    vic->enabled = vic->soft = ~0u;
    for (std::uint32_t& word : vic->words) word = ~0u;
  }
  vics.init();
  for (Vic* vic : {&first, &chained}) {
    CHECK_EQUAL(0u, vic->enabled);
    CHECK_EQUAL(0u, vic->soft);
    CHECK_EQUAL(0u, vic->at<Pl192Regs::IntSelect>());
    CHECK_EQUAL(0xffffu, vic->at<Pl192Regs::SwPriorityMask>());
    for (unsigned i = 0; i < 32; ++i) CHECK_EQUAL(15u, vic->words[0x200 / 4 + i]);
    CHECK_EQUAL(1u, vic->ends);
  }
}

TEST(Pl192, sixty_four_lines_the_lowest_first) {
  vics.init();
  CHECK_EQUAL(kernel::IrqChip::kNone, vics.next_pending());
  first.lines = 1u << 28 | 1u << 23;
  chained.lines = 1u << 5;
  CHECK_EQUAL(kernel::IrqChip::kNone, vics.next_pending());
  vics.unmask(37);
  CHECK_EQUAL(37u, vics.next_pending());
  vics.unmask(28);
  CHECK_EQUAL(28u, vics.next_pending());
  vics.unmask(23);
  CHECK_EQUAL(23u, vics.next_pending());
  vics.mask(23);
  vics.mask(28);
  CHECK_EQUAL(37u, vics.next_pending());
  CHECK_EQUAL(1u << 5, chained.enabled);
  CHECK_EQUAL(0u, first.enabled);
}

TEST_GROUP(S3cPwm) {
  Pwm device;
  BasicS3cPwmTick<FakeBus, 4> tick{FakeBus{&device}, 66'500'000};
  BasicS3cPwmCounter<FakeBus, 0> counter{FakeBus{&device}, 66'500'000};
  BasicS3cPwmTick<FakeBus, 3> spare{FakeBus{&device}, 66'500'000};
  std::uint32_t& tcon = device.at<S3cPwmRegs::Tcon>();
  std::uint32_t& cstat = device.at<S3cPwmRegs::TintCstat>();
};

TEST(S3cPwm, a_tick_of_100_hz_from_what_u_boot_left) {
  device.at<S3cPwmRegs::Tcfg0>() = 0x0f00;  // timer 4 runs, by 16, reloaded
  device.at<S3cPwmRegs::Tcfg1>() = 0x22222;
  tcon = 5u << 20;
  cstat = 1u << 9;
  tick.start(100);
  CHECK_EQUAL(332'499u, device.words[0x3c / 4]);
  CHECK_EQUAL(0x0100u, device.at<S3cPwmRegs::Tcfg0>());
  CHECK_EQUAL(0x02222u, device.at<S3cPwmRegs::Tcfg1>());  // the others' stay
  CHECK_EQUAL(5u << 20, tcon);                            // start, reload
  CHECK_EQUAL(1u << 4, cstat);                            // enabled, nothing old pending
  // Stopped, loaded, started: in this order.
  const std::size_t control = S3cPwmRegs::Tcon::kOffset;
  CHECK_EQUAL(0u, device.writes[device.when(control)].value);
  CHECK_TRUE(device.when(control) < device.when(0x3c));
  CHECK_EQUAL(2u << 20, device.writes[device.when(control, 1)].value);
  CHECK_TRUE(device.when(0x3c) < device.when(control, 1));
  CHECK_TRUE(device.when(control, 1) < device.when(control, 2));
}

TEST(S3cPwm, the_counter_counts_up_at_half_of_pclk) {
  device.at<S3cPwmRegs::Tcfg0>() = 0x01ff;
  counter.start();
  CHECK_EQUAL(0xffffffffu, device.words[0x0c / 4]);
  CHECK_EQUAL(0x0101u, device.at<S3cPwmRegs::Tcfg0>());
  CHECK_EQUAL(9u, tcon);
  CHECK_EQUAL(0u, cstat);
  device.words[0x14 / 4] = 0xffffffff;
  CHECK_EQUAL(0u, counter.read());
  device.words[0x14 / 4] = 0xfffffff0;
  CHECK_EQUAL(15u, counter.read());
  CHECK_EQUAL(33'250'000u, counter.frequency_hz());
}

TEST(S3cPwm, each_acknowledges_its_own_and_leaves_the_others) {
  tick.start(100);
  spare.start(1000);
  CHECK_EQUAL(33'249u, device.words[0x30 / 4]);
  CHECK_EQUAL(5u << 20 | 9u << 16, tcon);
  CHECK_EQUAL(0x18u, cstat);
  CHECK_FALSE(tick.acknowledge());
  cstat |= 1u << 8 | 1u << 9;
  CHECK_TRUE(tick.acknowledge());
  CHECK_EQUAL(0x18u | 1u << 8, cstat);
  CHECK_FALSE(tick.acknowledge());
  CHECK_TRUE(spare.acknowledge());
  CHECK_EQUAL(0x18u, cstat);
}

TEST(S3cPwm, stop_leaves_neither_count_nor_interrupt) {
  tick.start(100);
  spare.start(1000);
  cstat |= 1u << 8 | 1u << 9;
  spare.stop();
  CHECK_EQUAL(5u << 20, tcon);
  CHECK_EQUAL(1u << 4 | 1u << 9, cstat);
}

TEST_GROUP(S3cSystem) {
  fakes::PlainRegisters device;
  BasicS3cSystem<FakeBus> system{FakeBus{&device}};
};

TEST(S3cSystem, clocks_of_the_boot_loaders) {
  constexpr std::uint32_t kPll532 = 0x810A0301, kPll666 = 0x814D0301, kSource = 0x2007,
                          kDividers = 0x01043310;
  // Synchronous 532: all from the APLL.
  CHECK_TRUE((s3c_clocks({kPll532, kPll532, kSource, kDividers, 0xFE0}) ==
              S3cClocks{532'000'000, 266'000'000, 133'000'000, 66'500'000}));
  // Asynchronous 666: the buses stay at the MPLL's.
  CHECK_TRUE((s3c_clocks({kPll666, kPll532, kSource, kDividers, 0}) ==
              S3cClocks{666'000'000, 266'000'000, 133'000'000, 66'500'000}));
  // After reset: the crystal, whatever the PLLs say; CLK_DIV0 = 0x01051000.
  CHECK_TRUE((s3c_clocks({0x01900302, 0x02140603, 0, 0x01051000, 0}) ==
              S3cClocks{12'000'000, 12'000'000, 12'000'000, 6'000'000}));
  // A PLL that is off gives nothing.
  CHECK_TRUE((s3c_clocks({0x010A0301, kPll532, kSource, kDividers, 0}).arm == 0));
}

TEST(S3cSystem, plls) {
  CHECK_EQUAL(532'000'000u, s3c_pll_hz(0x810A0301));
  CHECK_EQUAL(400'000'000u, s3c_pll_hz(0x81900302));  // the APLL's reset value, switched on
  CHECK_EQUAL(133'000'000u, s3c_pll_hz(0x82140603));  // the MPLL's
  CHECK_EQUAL(0u, s3c_pll_hz(0x80000001));            // P = 0
}

TEST(S3cSystem, init_lets_wfi_wait_and_clocks_what_boots) {
  device.at<S3cSystemRegs::PwrCfg>() = 0x7f;
  system.init();
  CHECK_EQUAL(0x1fu, device.at<S3cSystemRegs::PwrCfg>());
  CHECK_EQUAL(0x400feu, device.at<S3cSystemRegs::PclkGate>());
}

TEST(S3cSystem, the_cards_clock_is_a_part_of_the_mpll) {
  using R = S3cSystemRegs;
  device.at<R::MpllCon>() = 0x810a0301;
  device.at<R::ClkSrc>() = 0xf02007;  // MMC1 and MMC2 have theirs
  device.at<R::ClkDiv0>() = 0x01043310;
  device.at<R::ClkDiv1>() = 0x550;
  CHECK_EQUAL(44'333'333u, system.start_mmc0());  // 532 / 2 / 6
  CHECK_EQUAL(0xf42007u, device.at<R::ClkSrc>());
  CHECK_EQUAL(0x555u, device.at<R::ClkDiv1>());
  CHECK_EQUAL(1u << 17, device.at<R::HclkGate>());
  CHECK_EQUAL(1u << 24, device.at<R::SclkGate>());
  device.at<R::ClkSrc>() = 0;  // as after reset: the crystal
  device.at<R::ClkDiv0>() = 0x01051000;
  CHECK_EQUAL(12'000'000u, system.start_mmc0());
  CHECK_EQUAL(0x550u, device.at<R::ClkDiv1>());
}

TEST(S3cSystem, reset_and_identity) {
  device.at<S3cSystemRegs::SysId>() = 0x36410101;
  CHECK_EQUAL(0x36410101u, system.chip_id());
  system.request_reset();
  CHECK_EQUAL(0x6410u, device.words[0x114 / 4]);
}

TEST(S3cSystem, watchdog) {
  device.words[0] = 0x8021;
  s3c_watchdog_stop(FakeBus{&device});
  CHECK_EQUAL(0u, device.words[0]);
}

TEST(S3cSystem, dram_by_chip0_cfg) {
  CHECK_TRUE((s3c_dram(0x150F8) == S3cDram{0x50000000, 128u << 20}));
  CHECK_TRUE((s3c_dram(0x150F0) == S3cDram{0x50000000, 256u << 20}));
  CHECK_TRUE((s3c_dram(0x150FC) == S3cDram{0x50000000, 64u << 20}));
  for (const std::uint32_t odd : {0x00000u, 0x15000u, 0x150F4u, 0x150E0u | 0x1800u, 0x15EF8u | 0x100u}) {
    CHECK_EQUAL(0u, s3c_dram(odd).size);
  }
  device.words[0x200 / 4] = 0x150F8;
  CHECK_EQUAL(0u, s3c_dram(FakeBus{&device}).size);  // the controller was never started
  device.words[0] = 1;
  CHECK_EQUAL(128u << 20, s3c_dram(FakeBus{&device}).size);
}

TEST_GROUP(S3cRtc) {
  fakes::PlainRegisters device;
  void set(std::uint32_t year, std::uint32_t month, std::uint32_t date, std::uint32_t hour,
           std::uint32_t minute, std::uint32_t second) {
    device.at<S3cRtcRegs::Year>() = year;
    device.at<S3cRtcRegs::Mon>() = month;
    device.at<S3cRtcRegs::Date>() = date;
    device.at<S3cRtcRegs::Hour>() = hour;
    device.at<S3cRtcRegs::Min>() = minute;
    device.at<S3cRtcRegs::Sec>() = second;
  }
};

TEST(S3cRtc, reads_bcd) {
  set(0x26, 0x11, 0x22, 0x03, 0x59, 0x07);
  CHECK_TRUE((s3c_rtc_read(FakeBus{&device}) == RtcTime{2026, 11, 22, 3, 59, 7}));
}

TEST(S3cRtc, opens_the_registers_and_leaves_them_as_they_were) {
  class Closed final : public fakes::RegisterFile {
   public:
    std::uint32_t load(std::size_t offset) override {
      const bool open = (at<S3cRtcRegs::Con>() & 1) != 0;
      return offset >= S3cRtcRegs::Sec::kOffset && !open ? 0 : RegisterFile::load(offset);
    }
  };
  Closed closed;
  closed.at<S3cRtcRegs::Con>() = 0x10;
  closed.at<S3cRtcRegs::Year>() = 0x26;
  closed.at<S3cRtcRegs::Mon>() = 0x11;
  closed.at<S3cRtcRegs::Date>() = 0x22;
  CHECK_TRUE((s3c_rtc_read(FakeBus{&closed}) == RtcTime{2026, 11, 22, 0, 0, 0}));
  CHECK_EQUAL(0x10u, closed.at<S3cRtcRegs::Con>());
}

TEST(S3cRtc, what_is_no_time) {
  set(0x26, 0x13, 0x22, 0x03, 0x59, 0x07);
  CHECK_FALSE(s3c_rtc_read(FakeBus{&device}).has_value());
  set(0x26, 0x11, 0x22, 0x03, 0x5a, 0x07);
  CHECK_FALSE(s3c_rtc_read(FakeBus{&device}).has_value());
  set(0, 0, 0, 0, 0, 0);
  CHECK_FALSE(s3c_rtc_read(FakeBus{&device}).has_value());
  set(0x26, 0x11, 0x22, 0x24, 0x59, 0x07);
  CHECK_FALSE(s3c_rtc_read(FakeBus{&device}).has_value());
}

TEST(S3cRtc, a_second_that_ends_meanwhile) {
  class Turning final : public fakes::RegisterFile {
   public:
    std::uint32_t load(std::size_t offset) override {
      if (offset == S3cRtcRegs::Min::kOffset && !turned) {
        turned = true;
        at<S3cRtcRegs::Min>() = 0x31;
        at<S3cRtcRegs::Sec>() = 0x00;
        return 0x31;
      }
      return RegisterFile::load(offset);
    }
    bool turned = false;
  } turning;
  turning.at<S3cRtcRegs::Year>() = 0x26;
  turning.at<S3cRtcRegs::Mon>() = turning.at<S3cRtcRegs::Date>() = 1;
  turning.at<S3cRtcRegs::Min>() = 0x30;
  turning.at<S3cRtcRegs::Sec>() = 0x59;
  CHECK_TRUE((s3c_rtc_read(FakeBus{&turning}) == RtcTime{2026, 1, 1, 0, 31, 0}));
}

TEST(S3cRtc, seconds_since_1970) {
  CHECK_TRUE((RtcTime{1970, 1, 1, 0, 0, 0}.seconds() == 0));
  CHECK_TRUE((RtcTime{2000, 2, 29, 12, 34, 56}.seconds() == 951827696));
  CHECK_TRUE((RtcTime{2000, 3, 1, 0, 0, 0}.seconds() == 951868800));
  CHECK_TRUE((RtcTime{2026, 11, 22, 3, 59, 7}.seconds() == 1795319947));
  CHECK_TRUE((RtcTime{2099, 12, 31, 23, 59, 59}.seconds() == 4102444799));
}

TEST_GROUP(S3cGpio) {
  fakes::PlainRegisters device;
  BasicS3cGpio<FakeBus> gpio{FakeBus{&device}};
};

TEST(S3cGpio, pulls) {
  device.words[0xc8 / 4] = 0x5555;
  gpio.pull({kGpg, 3}, BasicS3cGpio<FakeBus>::kNoPull);
  CHECK_EQUAL(0x5515u, device.words[0xc8 / 4]);
  device.words[0x80c / 4] = 0x55555555;  // behind two words of functions and the data
  gpio.pull({kGpk, 15}, BasicS3cGpio<FakeBus>::kPullUp);
  CHECK_EQUAL(0x95555555u, device.words[0x80c / 4]);
}

TEST(S3cGpio, ports_of_each_shape) {
  for (std::uint32_t& word : device.words) word = ~0u;
  gpio.select({kGpa, 1}, 2);
  CHECK_EQUAL(0xffffff2fu, device.words[0]);
  gpio.select({kGpk, 4}, 1);
  CHECK_EQUAL(0xfff1ffffu, device.words[0x800 / 4]);
  gpio.select({kGpk, 9}, 1);
  CHECK_EQUAL(0xffffff1fu, device.words[0x804 / 4]);
  gpio.select({kGpn, 12}, 1);
  CHECK_EQUAL(0xfdffffffu, device.words[0x830 / 4]);
  gpio.set({kGpk, 4}, false);
  CHECK_EQUAL(~(1u << 4), device.words[0x808 / 4]);
  gpio.set({kGpn, 12}, false);
  CHECK_EQUAL(~(1u << 12), device.words[0x834 / 4]);
  gpio.set({kGpm, 0}, false);
  gpio.set({kGpm, 0}, true);
  CHECK_EQUAL(~0u, device.words[0x824 / 4]);
}
