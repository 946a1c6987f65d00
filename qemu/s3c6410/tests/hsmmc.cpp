// SPDX-License-Identifier: GPL-2.0-or-later
// The three SDHCI controllers are where they should be; channel 0 has a card that answers (facts, sections 1 and 3).
#include <initializer_list>

#include "check.hpp"

namespace {

constexpr std::uint32_t kArgument = 0x08, kCommand = 0x0E, kResponse = 0x10, kPresent = 0x24, kPower = 0x29,
                        kClock = 0x2C, kSoftReset = 0x2F, kStatus = 0x30, kStatusEnable = 0x34,
                        kSignalEnable = 0x38, kCapabilities = 0x40, kVersion = 0xFE;

bool command(std::uint32_t index_and_flags, std::uint32_t argument) {
  reg(kHsmmc0 + kStatus) = 0xFFFFFFFF;
  reg(kHsmmc0 + kArgument) = argument;
  reg16(kHsmmc0 + kCommand) = static_cast<std::uint16_t>(index_and_flags);
  return within_us(10'000, [] { return (reg(kHsmmc0 + kStatus) & 0x8001) != 0; }) &&
         (reg(kHsmmc0 + kStatus) & 0x8000) == 0;
}

}  // namespace

TEST(hsmmc_three_controllers_are_there) {
  for (const std::uint32_t at : {kHsmmc0, kHsmmc1, kHsmmc2}) {
    EXPECT_EQ(reg(at + kCapabilities) == 0, false);
    EXPECT_IN(reg16(at + kVersion) & 0xFF, 0, 2);
  }
}

TEST(hsmmc_the_card_is_in_channel_0) { EXPECT_EQ(reg(kHsmmc0 + kPresent) & 0x10000, 0x10000); }

TEST(hsmmc_the_card_answers_and_interrupts) {
  reg8(kHsmmc0 + kSoftReset) = 1;
  EXPECT_EQ(within_us(10'000, [] { return reg8(kHsmmc0 + kSoftReset) == 0; }), true);
  reg16(kHsmmc0 + kClock) = 0x8001;
  EXPECT_EQ(within_us(10'000, [] { return (reg16(kHsmmc0 + kClock) & 2) != 0; }), true);
  reg16(kHsmmc0 + kClock) = 0x8005;
  reg8(kHsmmc0 + kPower) = 0x0F;
  reg(kHsmmc0 + kStatusEnable) = 0xFFFFFFFF;
  EXPECT_EQ(command(0, 0), true);  // idle
  EXPECT_EQ(raised(IRQ_HSMMC0), false);
  reg(kHsmmc0 + kSignalEnable) = 1;
  EXPECT_EQ(command(8 << 8 | 0x1A, 0x1AA), true);  // interface condition, R7
  EXPECT_EQ(reg(kHsmmc0 + kResponse) & 0xFFF, 0x1AA);
  EXPECT_EQ(raised(IRQ_HSMMC0), true);
  reg(kHsmmc0 + kStatus) = 1;
  EXPECT_EQ(raised(IRQ_HSMMC0), false);
  reg(kHsmmc0 + kSignalEnable) = 0;
}
