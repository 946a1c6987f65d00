// SPDX-License-Identifier: GPL-2.0-or-later
// The DMA controllers (facts, section 1: PL080S; the rest of the PL080 is ARM DDI 0196).
#include <initializer_list>

#include "check.hpp"

namespace {

enum : std::uint32_t {
  INT_STATUS = 0x00,
  TC_STATUS = 0x04,
  TC_CLEAR = 0x08,
  ERR_STATUS = 0x0C,
  ERR_CLEAR = 0x10,
  RAW_TC = 0x14,
  RAW_ERR = 0x18,
  ENABLED = 0x1C,
  CONFIGURATION = 0x30,
};
enum : std::uint32_t { SRC = 0x00, DST = 0x04, LLI = 0x08, CONTROL = 0x0C, CONTROL2 = 0x10, CONFIG = 0x14 };

constexpr std::uint32_t kTcIrq = 1u << 31, kDstIncr = 1u << 27, kSrcIncr = 1u << 26;
constexpr std::uint32_t kBytes = 0, kHalves = 1u << 21 | 1u << 18, kWords = 2u << 21 | 2u << 18;
constexpr std::uint32_t kCopyWords = kTcIrq | kDstIncr | kSrcIncr | kWords;
constexpr std::uint32_t kEnable = 1, kErrIrq = 1u << 14, kTcUnmasked = 1u << 15, kActive = 1u << 17,
                        kHalt = 1u << 18;
constexpr std::uint32_t kGo = kEnable | kErrIrq | kTcUnmasked;
constexpr std::uint32_t kFrom = kScratch, kTo = kScratch + 0x200000, kItems = kScratch + 0x400000;
constexpr std::uint32_t kNowhere = 0x68000000;  // the second chip select, empty

std::uint32_t channel(std::uint32_t dma, unsigned n) { return dma + 0x100 + 0x20 * n; }

void on(std::uint32_t dma) {
  reg(dma + CONFIGURATION) = 1;
  reg(dma + TC_CLEAR) = 0xFF;
  reg(dma + ERR_CLEAR) = 0xFF;
  for (unsigned n = 0; n < 8; n++) reg(channel(dma, n) + CONFIG) = 0;
}

void fill(std::uint32_t from, std::uint32_t bytes) {
  for (std::uint32_t i = 0; i < bytes; i += 4) reg(from + i) = 0x01010101 * (i / 4) + 0x03020100;
}

void clear(std::uint32_t to, std::uint32_t bytes) {
  for (std::uint32_t i = 0; i < bytes; i += 4) reg(to + i) = 0xEEEEEEEE;
}

unsigned same_words(std::uint32_t from, std::uint32_t to, std::uint32_t bytes) {
  unsigned same = 0;
  for (std::uint32_t i = 0; i < bytes; i += 4) same += reg(from + i) == reg(to + i);
  return same;
}

void set(std::uint32_t ch, std::uint32_t from, std::uint32_t to, std::uint32_t units, std::uint32_t control,
         std::uint32_t lli = 0) {
  reg(ch + SRC) = from;
  reg(ch + DST) = to;
  reg(ch + LLI) = lli;
  reg(ch + CONTROL) = control;
  reg(ch + CONTROL2) = units;
}

bool finished(std::uint32_t ch) {
  return within_us(100'000, [ch] { return (reg(ch + CONFIG) & (kEnable | kActive)) == 0; });
}

void item(unsigned index, std::uint32_t from, std::uint32_t to, std::uint32_t next, std::uint32_t control,
          std::uint32_t units) {
  const std::uint32_t at = kItems + 32 * index;
  reg(at + 0) = from;
  reg(at + 4) = to;
  reg(at + 8) = next;
  reg(at + 12) = control;
  reg(at + 16) = units;
}

}  // namespace

TEST(dma_says_who_it_is) {
  static constexpr std::uint8_t kId[] = {0x80, 0x10, 0x14, 0x0A, 0x0D, 0xF0, 0x05, 0xB1};
  for (const std::uint32_t dma : {kDma0, kDma1}) {
    for (unsigned i = 0; i < 8; i++) EXPECT_EQ(reg(dma + 0xFE0 + 4 * i), kId[i]);
  }
}

TEST(dma_a_channel_has_its_size_in_CONTROL2_and_CONFIG_behind_it) {
  on(kDma0);
  for (unsigned n = 0; n < 8; n++) {
    set(channel(kDma0, n), 0x51000000 + n, 0x52000000 + n, 0x01ABCDE0 + n, kCopyWords, 0x53000000 + 16 * n);
    reg(channel(kDma0, n) + CONFIG) = kErrIrq | kTcUnmasked;
  }
  for (unsigned n = 0; n < 8; n++) {
    const std::uint32_t ch = channel(kDma0, n);
    EXPECT_EQ(reg(ch + SRC), 0x51000000 + n);
    EXPECT_EQ(reg(ch + DST), 0x52000000 + n);
    EXPECT_EQ(reg(ch + LLI), 0x53000000 + 16 * n);
    EXPECT_EQ(reg(ch + CONTROL), kCopyWords);
    EXPECT_EQ(reg(ch + CONTROL2), 0x01ABCDE0 + n);
    EXPECT_EQ(reg(ch + CONFIG), kErrIrq | kTcUnmasked);
  }
  EXPECT_EQ(reg(kDma0 + ENABLED), 0);
}

TEST(dma_copies_and_interrupts_at_its_end) {
  for (const std::uint32_t dma : {kDma0, kDma1}) {
    const unsigned irq = dma == kDma0 ? IRQ_DMA0 : IRQ_DMA1;
    on(dma);
    for (unsigned n = 0; n < 8; n++) {
      const std::uint32_t ch = channel(dma, n);
      fill(kFrom, 4096);
      clear(kTo, 4100);
      set(ch, kFrom, kTo, 1024, kCopyWords);
      reg(ch + CONFIG) = kGo;
      EXPECT_EQ(reg(dma + ENABLED), 1u << n);
      EXPECT_EQ(finished(ch), true);
      EXPECT_EQ(same_words(kFrom, kTo, 4096), 1024);
      EXPECT_EQ(reg(kTo + 4096), 0xEEEEEEEE);
      EXPECT_EQ(reg(ch + CONTROL2), 0);
      EXPECT_EQ(reg(ch + SRC), kFrom + 4096);
      EXPECT_EQ(reg(ch + DST), kTo + 4096);
      EXPECT_EQ(reg(dma + ENABLED), 0);
      EXPECT_EQ(reg(dma + INT_STATUS), 1u << n);
      EXPECT_EQ(reg(dma + TC_STATUS), 1u << n);
      EXPECT_EQ(reg(dma + ERR_STATUS), 0);
      EXPECT_EQ(raised(irq), true);
      reg(dma + TC_CLEAR) = ~(1u << n);
      EXPECT_EQ(reg(dma + TC_STATUS), 1u << n);
      reg(dma + TC_CLEAR) = 1u << n;
      EXPECT_EQ(reg(dma + INT_STATUS), 0);
      EXPECT_EQ(raised(irq), false);
    }
  }
}

TEST(dma_takes_time) {
  on(kDma0);
  clear(kTo, 8);
  set(channel(kDma0, 0), kFrom, kTo, 0x10000, kCopyWords);
  reg(channel(kDma0, 0) + CONFIG) = kGo;
  EXPECT_EQ(reg(kDma0 + ENABLED), 1);
  EXPECT_EQ(reg(kDma0 + RAW_TC), 0);
  EXPECT_EQ(within_us(100, [] { return (reg(channel(kDma0, 0) + CONFIG) & kActive) != 0; }), true);
  EXPECT_EQ(finished(channel(kDma0, 0)), true);
}

TEST(dma_moves_more_than_4095_units) {
  on(kDma0);
  constexpr std::uint32_t kBig = 0x40000;
  fill(kFrom, kBig);
  clear(kTo, kBig);
  set(channel(kDma0, 2), kFrom, kTo, kBig / 4, kCopyWords);
  reg(channel(kDma0, 2) + CONFIG) = kGo;
  EXPECT_EQ(finished(channel(kDma0, 2)), true);
  EXPECT_EQ(same_words(kFrom, kTo, kBig), kBig / 4);
  EXPECT_EQ(reg(channel(kDma0, 2) + SRC), kFrom + kBig);
}

TEST(dma_moves_bytes_and_halfwords) {
  on(kDma0);
  const std::uint32_t ch = channel(kDma0, 0);
  fill(kFrom, 256);
  clear(kTo, 256);
  set(ch, kFrom + 1, kTo + 2, 7, kTcIrq | kDstIncr | kSrcIncr | kBytes);
  reg(ch + CONFIG) = kGo;
  EXPECT_EQ(finished(ch), true);
  EXPECT_EQ(reg8(kTo + 1), 0xEE);
  for (unsigned i = 0; i < 7; i++) EXPECT_EQ(reg8(kTo + 2 + i), reg8(kFrom + 1 + i));
  EXPECT_EQ(reg8(kTo + 9), 0xEE);
  set(ch, kFrom + 2, kTo + 32, 9, kTcIrq | kDstIncr | kSrcIncr | kHalves);
  reg(ch + CONFIG) = kGo;
  EXPECT_EQ(finished(ch), true);
  for (unsigned i = 0; i < 18; i++) EXPECT_EQ(reg8(kTo + 32 + i), reg8(kFrom + 2 + i));
  EXPECT_EQ(reg8(kTo + 50), 0xEE);
}

TEST(dma_packs_one_width_into_another) {
  on(kDma0);
  const std::uint32_t ch = channel(kDma0, 0);
  fill(kFrom, 256);
  clear(kTo, 256);
  set(ch, kFrom, kTo, 64, kTcIrq | kDstIncr | kSrcIncr | 2u << 21 | 0u << 18);  // 64 bytes as words
  reg(ch + CONFIG) = kGo;
  EXPECT_EQ(finished(ch), true);
  EXPECT_EQ(same_words(kFrom, kTo, 64), 16);
  EXPECT_EQ(reg(kTo + 64), 0xEEEEEEEE);
  set(ch, kFrom, kTo + 128, 16, kTcIrq | kDstIncr | kSrcIncr | 0u << 21 | 2u << 18);  // 16 words as bytes
  reg(ch + CONFIG) = kGo;
  EXPECT_EQ(finished(ch), true);
  EXPECT_EQ(same_words(kFrom, kTo + 128, 64), 16);
  EXPECT_EQ(reg(kTo + 192), 0xEEEEEEEE);
}

TEST(dma_without_increment_stays_at_its_address) {
  on(kDma0);
  const std::uint32_t ch = channel(kDma0, 0);
  fill(kFrom, 64);
  clear(kTo, 64);
  set(ch, kFrom + 4, kTo, 8, kTcIrq | kDstIncr | kWords);
  reg(ch + CONFIG) = kGo;
  EXPECT_EQ(finished(ch), true);
  for (unsigned i = 0; i < 32; i += 4) EXPECT_EQ(reg(kTo + i), reg(kFrom + 4));
  EXPECT_EQ(reg(kTo + 32), 0xEEEEEEEE);
  set(ch, kFrom, kTo, 8, kTcIrq | kSrcIncr | kWords);
  reg(ch + CONFIG) = kGo;
  EXPECT_EQ(finished(ch), true);
  EXPECT_EQ(reg(kTo), reg(kFrom + 28));
  EXPECT_EQ(reg(kTo + 4), reg(kFrom + 4));
}

TEST(dma_follows_a_chain_of_items_of_five_words) {
  on(kDma0);
  const std::uint32_t ch = channel(kDma0, 5), quiet = kCopyWords & ~kTcIrq;
  fill(kFrom, 0x9000);
  clear(kTo, 0x9000);
  item(0, kFrom + 0x1000, kTo + 0x1000, kItems + 32, quiet, 0x1400);  // 5120 words
  item(1, kFrom + 0x6000, kTo + 0x6000, kItems + 64, kCopyWords, 0x400);
  item(2, kFrom + 0x7000, kTo + 0x7000, 0, quiet, 0x400);
  set(ch, kFrom, kTo, 0x400, quiet, kItems);
  reg(ch + CONFIG) = kGo;
  EXPECT_EQ(finished(ch), true);
  EXPECT_EQ(same_words(kFrom, kTo, 0x8000), 0x2000);
  EXPECT_EQ(reg(kTo + 0x8000), 0xEEEEEEEE);
  EXPECT_EQ(reg(ch + LLI), 0);
  EXPECT_EQ(reg(kDma0 + TC_STATUS), 1 << 5);  // of the third item; the last one asked for none
}

TEST(dma_terminal_count_interrupts_only_if_control_says) {
  on(kDma0);
  const std::uint32_t ch = channel(kDma0, 0);
  set(ch, kFrom, kTo, 16, kCopyWords & ~kTcIrq);
  reg(ch + CONFIG) = kGo;
  EXPECT_EQ(finished(ch), true);
  EXPECT_EQ(reg(kDma0 + RAW_TC), 0);
}

TEST(dma_masked_terminal_count_is_raw) {
  on(kDma0);
  const std::uint32_t ch = channel(kDma0, 3);
  set(ch, kFrom, kTo, 16, kCopyWords);
  reg(ch + CONFIG) = kEnable;
  EXPECT_EQ(finished(ch), true);
  EXPECT_EQ(reg(kDma0 + RAW_TC), 1 << 3);
  EXPECT_EQ(reg(kDma0 + TC_STATUS), 0);
  EXPECT_EQ(raised(IRQ_DMA0), false);
  reg(ch + CONFIG) = kTcUnmasked;
  EXPECT_EQ(raised(IRQ_DMA0), true);
}

TEST(dma_bus_error_stops_the_channel_and_interrupts) {
  for (const bool source : {true, false}) {
    on(kDma0);
    const std::uint32_t ch = channel(kDma0, 1);
    set(ch, source ? kNowhere : kFrom, source ? kTo : kNowhere, 64, kCopyWords);
    reg(ch + CONFIG) = kGo;
    EXPECT_EQ(finished(ch), true);
    EXPECT_EQ(reg(kDma0 + RAW_ERR), 1 << 1);
    EXPECT_EQ(reg(kDma0 + ERR_STATUS), 1 << 1);
    EXPECT_EQ(reg(kDma0 + TC_STATUS), 0);
    EXPECT_EQ(reg(kDma0 + ENABLED), 0);
    EXPECT_EQ(raised(IRQ_DMA0), true);
    reg(kDma0 + ERR_CLEAR) = 1 << 1;
    EXPECT_EQ(reg(kDma0 + INT_STATUS), 0);
    EXPECT_EQ(raised(IRQ_DMA0), false);
  }
}

TEST(dma_a_chain_into_nowhere_is_an_error) {
  on(kDma0);
  const std::uint32_t ch = channel(kDma0, 1);
  set(ch, kFrom, kTo, 16, kCopyWords & ~kTcIrq, kNowhere);
  reg(ch + CONFIG) = kEnable;  // masked
  EXPECT_EQ(finished(ch), true);
  EXPECT_EQ(reg(kDma0 + RAW_ERR), 1 << 1);
  EXPECT_EQ(reg(kDma0 + ERR_STATUS), 0);
  EXPECT_EQ(raised(IRQ_DMA0), false);
}

TEST(dma_switched_off_does_nothing) {
  on(kDma0);
  const std::uint32_t ch = channel(kDma0, 0);
  reg(kDma0 + CONFIGURATION) = 0;
  fill(kFrom, 64);
  clear(kTo, 64);
  set(ch, kFrom, kTo, 16, kCopyWords);
  reg(ch + CONFIG) = kGo;
  wait_us(500);
  EXPECT_EQ(reg(kTo), 0xEEEEEEEE);
  EXPECT_EQ(reg(kDma0 + RAW_TC), 0);
  reg(kDma0 + CONFIGURATION) = 1;
  EXPECT_EQ(finished(ch), true);
  EXPECT_EQ(same_words(kFrom, kTo, 64), 16);
}

TEST(dma_halt_stops_and_its_end_goes_on) {
  on(kDma0);
  constexpr std::uint32_t kUnits = 0x8000;
  const std::uint32_t ch = channel(kDma0, 0);
  fill(kFrom, kUnits * 4);
  clear(kTo, kUnits * 4);
  set(ch, kFrom, kTo, kUnits, kCopyWords);
  reg(ch + CONFIG) = kGo;
  EXPECT_EQ(within_us(1000, [ch] { return reg(ch + CONTROL2) < kUnits; }), true);
  reg(ch + CONFIG) = kGo | kHalt;
  EXPECT_EQ(within_us(1000, [ch] { return (reg(ch + CONFIG) & kActive) == 0; }), true);
  const std::uint32_t left = reg(ch + CONTROL2);
  EXPECT_IN(left, 1, kUnits - 1);
  wait_us(300);
  EXPECT_EQ(reg(ch + CONTROL2), left);
  EXPECT_EQ(reg(kDma0 + ENABLED), 1);
  reg(ch + CONFIG) = kGo;
  EXPECT_EQ(finished(ch), true);
  EXPECT_EQ(same_words(kFrom, kTo, kUnits * 4), kUnits);
}

TEST(dma_disabling_a_channel_ends_it) {
  on(kDma0);
  constexpr std::uint32_t kUnits = 0x8000;
  const std::uint32_t ch = channel(kDma0, 0);
  set(ch, kFrom, kTo, kUnits, kCopyWords);
  reg(ch + CONFIG) = kGo;
  EXPECT_EQ(within_us(1000, [ch] { return reg(ch + CONTROL2) < kUnits; }), true);
  reg(ch + CONFIG) = 0;
  EXPECT_EQ(reg(ch + CONFIG) & (kEnable | kActive), 0);
  const std::uint32_t left = reg(ch + CONTROL2);
  wait_us(300);
  EXPECT_EQ(reg(ch + CONTROL2), left);
  EXPECT_EQ(reg(kDma0 + RAW_TC), 0);
}

TEST(dma_channel_0_has_the_bus_first) {
  on(kDma0);
  set(channel(kDma0, 7), kFrom, kTo, 0x4000, kCopyWords);
  set(channel(kDma0, 0), kFrom, kTo + 0x80000, 0x1000, kCopyWords);
  reg(channel(kDma0, 7) + CONFIG) = kGo;
  reg(channel(kDma0, 0) + CONFIG) = kGo;
  EXPECT_EQ(within_us(10'000, [] { return reg(kDma0 + RAW_TC) != 0; }), true);
  EXPECT_EQ(reg(kDma0 + RAW_TC), 1);
  EXPECT_EQ(finished(channel(kDma0, 7)), true);
  EXPECT_EQ(reg(kDma0 + RAW_TC), 0x81);
}
