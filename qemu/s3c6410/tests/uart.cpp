// SPDX-License-Identifier: GPL-2.0-or-later
// UART1 with its transmitter looped to its receiver (facts, section 2). A character of 8N1 at 115200 takes 87 us.
#include "check.hpp"

namespace {

constexpr std::uint32_t kLoopback = 0x20, kTimeout = 0x80, kLevels = 0x300, kPolled = 0x5;
constexpr std::uint32_t kRxd = 1, kError = 2, kTxd = 4;
constexpr std::uint32_t kCharUs = 87;

std::uint32_t uart(std::uint32_t offset) { return reg(kUart1 + offset); }
void uart(std::uint32_t offset, std::uint32_t value) { reg(kUart1 + offset) = value; }

// 8N1 at 115200, FIFOs empty and on, triggers: RX 1 byte, TX empty.
void open(std::uint32_t ucon, std::uint32_t ufcon = 1) {
  uart(UINTM, 0xF);
  uart(ULCON, 3);
  uart(UBRDIV, pclk_hz() / (16 * 115200) - 1);
  uart(UDIVSLOT, 0x80);
  uart(UFCON, 6);
  uart(UFCON, ufcon);
  uart(UCON, ucon);
  static_cast<void>(uart(UERSTAT));
  uart(UINTP, 0xF);
}

unsigned rx_count() { return uart(UFSTAT) & 0x40 ? 64 : uart(UFSTAT) & 0x3F; }
unsigned tx_count() { return uart(UFSTAT) & 0x4000 ? 64 : (uart(UFSTAT) >> 8) & 0x3F; }
bool sent() { return (uart(UTRSTAT) & 4) != 0; }

// Sends n characters, first, first + 1, ..., and waits until they are through.
void send(unsigned n, std::uint8_t first = 0) {
  for (unsigned i = 0; i < n; i++) {
    while (tx_count() == 64) {
    }
    uart(UTXH, static_cast<std::uint8_t>(first + i));
  }
  within_us(80 * kCharUs, sent);
}

}  // namespace

TEST(uart_idle_says_empty) {
  open(kPolled);
  EXPECT_EQ(uart(UTRSTAT) & 7, 6);
  EXPECT_EQ(uart(UFSTAT), 0);
  EXPECT_EQ(uart(UERSTAT), 0);
}

TEST(uart_registers_keep_what_is_written) {
  open(kPolled);
  uart(ULCON, 0x2B);
  EXPECT_EQ(uart(ULCON), 0x2B);
  uart(UDIVSLOT, 0xDFDF);
  EXPECT_EQ(uart(UDIVSLOT), 0xDFDF);
  uart(UBRDIV, 0x22);
  EXPECT_EQ(uart(UBRDIV), 0x22);
  uart(UINTM, 0x5);
  EXPECT_EQ(uart(UINTM), 0x5);
  uart(UFCON, 0x51);
  EXPECT_EQ(uart(UFCON), 0x51);
}

TEST(uart_tx_fifo_counts_then_says_full_with_count_0) {
  open(kPolled);
  uart(UTXH, 'x');  // this one goes on to the shifter
  within_us(kCharUs, [] { return tx_count() == 0; });
  for (unsigned i = 0; i < 63; i++) uart(UTXH, 'x');
  EXPECT_IN(tx_count(), 62, 63);
  EXPECT_EQ(uart(UFSTAT) & 0x4000, 0);
  EXPECT_EQ(uart(UTRSTAT) & 6, 0);
  uart(UTXH, 'x');
  uart(UTXH, 'x');
  EXPECT_EQ(uart(UFSTAT) & 0x7F00, 0x4000);
  EXPECT_EQ(within_us(70 * kCharUs, sent), true);
  EXPECT_EQ(uart(UFSTAT), 0);
}

TEST(uart_sends_at_the_rate_of_its_divisor) {
  open(kPolled);
  const std::uint32_t div16 = 16 * (uart(UBRDIV) + 1) + 1;  // one slot of 16 is set
  std::uint32_t from = now();
  send(64);
  EXPECT_IN(now() - from, 640 * div16 * 99 / 100, 640 * div16 * 103 / 100);
  uart(UDIVSLOT, 0xFFDF);  // 15 slots: as many ones, as much longer
  from = now();
  send(64);
  EXPECT_IN(now() - from, 640 * (div16 + 14) * 99 / 100, 640 * (div16 + 14) * 103 / 100);
}

TEST(uart_a_full_tx_fifo_drops_what_is_written) {
  open(kPolled | kLoopback);
  for (unsigned i = 0; i < 80; i++) uart(UTXH, static_cast<std::uint8_t>(i));
  // The receiver is read as it fills: nothing is lost there.
  unsigned got = 0, last = 0;
  const std::uint32_t from = now();
  while (now() - from < microseconds(100 * kCharUs)) {
    if (rx_count() > 0) last = uart(URXH), got++;
  }
  EXPECT_IN(got, 64, 65);
  EXPECT_EQ(last, got - 1);
}

TEST(uart_loopback_brings_the_bytes_in_order) {
  open(kPolled | kLoopback);
  send(40, 0xE0);
  EXPECT_EQ(rx_count(), 40);
  EXPECT_EQ(uart(UTRSTAT) & 1, 1);
  for (unsigned i = 0; i < 40; i++) EXPECT_EQ(uart(URXH), static_cast<std::uint8_t>(0xE0 + i));
  EXPECT_EQ(uart(UTRSTAT) & 1, 0);
  EXPECT_EQ(uart(UFSTAT), 0);
}

TEST(uart_rx_fifo_full_reads_count_0) {
  open(kPolled | kLoopback);
  send(63);
  EXPECT_EQ(uart(UFSTAT) & 0x7F, 63);
  send(1);
  EXPECT_EQ(uart(UFSTAT) & 0x7F, 0x40);
  EXPECT_EQ(uart(UERSTAT), 0);
}

TEST(uart_overrun_is_an_error_that_reading_clears) {
  open(kPolled | kLoopback | 0x40);
  send(66);
  EXPECT_EQ(uart(UINTSP) & kError, kError);
  EXPECT_EQ(uart(UERSTAT) & 0xF, 1);
  EXPECT_EQ(uart(UERSTAT) & 0xF, 0);
  EXPECT_EQ(uart(URXH), 0);  // the 64 that came first are kept
}

TEST(uart_rx_trigger_levels) {
  static constexpr std::uint8_t kTrigger[] = {1, 8, 16, 32};
  for (unsigned t = 0; t < 4; t++) {
    open(kPolled | kLoopback | kLevels, 1 | t << 4);
    uart(UINTM, 0xF & ~kRxd);
    send(kTrigger[t] - 1u);
    EXPECT_EQ(uart(UINTP) & kRxd, 0);
    send(1);
    EXPECT_EQ(uart(UINTP) & kRxd, kRxd);
    EXPECT_EQ(raised(IRQ_UART1), true);
  }
}

TEST(uart_rx_timeout_reports_what_the_trigger_does_not) {
  open(kPolled | kLoopback | kLevels | kTimeout, 1 | 3 << 4);
  uart(UINTM, 0xF & ~kRxd);
  send(5);
  wait_us(kCharUs);
  EXPECT_EQ(uart(UINTP) & kRxd, 0);
  EXPECT_EQ(within_us(10 * kCharUs, [] { return (uart(UINTP) & kRxd) != 0; }), true);
  while (rx_count() > 0) static_cast<void>(uart(URXH));
  uart(UINTP, kRxd);
  wait_us(20 * kCharUs);
  EXPECT_EQ(uart(UINTP) & kRxd, 0);
}

TEST(uart_without_timeout_a_few_bytes_stay_unreported) {
  open(kPolled | kLoopback | kLevels, 1 | 3 << 4);
  uart(UINTM, 0xF & ~kRxd);
  send(5);
  wait_us(50 * kCharUs);
  EXPECT_EQ(uart(UINTP) & kRxd, 0);
}

TEST(uart_tx_trigger_levels) {
  static constexpr std::uint8_t kTrigger[] = {0, 16, 32, 48};
  for (unsigned t = 0; t < 4; t++) {
    open(kPolled | kLevels, 1 | t << 6);
    for (unsigned i = 0; i < 60; i++) uart(UTXH, 'x');
    uart(UINTP, 0xF);
    uart(UINTM, 0xF & ~kTxd);
    EXPECT_EQ(uart(UINTP) & kTxd, 0);
    EXPECT_EQ(within_us(80 * kCharUs, [] { return (uart(UINTP) & kTxd) != 0; }), true);
    EXPECT_IN(tx_count(), kTrigger[t] == 0 ? 0 : kTrigger[t] - 1, kTrigger[t]);
    EXPECT_EQ(raised(IRQ_UART1), true);
    within_us(80 * kCharUs, sent);
  }
}

TEST(uart_writing_1_to_UINTP_clears_that_bit_alone) {
  open(kPolled | kLoopback | 0x40);
  uart(UINTM, 0);
  send(66);  // RXD, TXD and, by the overrun, ERROR
  EXPECT_EQ(uart(UINTP) & 7, 7);
  static_cast<void>(uart(UERSTAT));
  uart(UINTP, 0);
  EXPECT_EQ(uart(UINTP) & 7, 7);
  uart(UINTP, kError);
  EXPECT_EQ(uart(UINTP) & 7, kRxd | kTxd);
  uart(UFCON, 3);  // no data, no reason
  uart(UINTP, kRxd);
  EXPECT_EQ(uart(UINTP) & 7, kTxd);
  uart(UINTP, kTxd);
  EXPECT_EQ(uart(UINTP) & (kRxd | kError), 0);
}

TEST(uart_UINTM_masks_UINTP_and_not_UINTSP) {
  open(kPolled | kLoopback);
  send(1);
  EXPECT_EQ(uart(UINTSP) & kRxd, kRxd);
  EXPECT_EQ(uart(UINTP), 0);
  EXPECT_EQ(raised(IRQ_UART1), false);
  uart(UINTM, 0xF & ~kRxd);
  EXPECT_EQ(uart(UINTP), kRxd);
  EXPECT_EQ(raised(IRQ_UART1), true);
  uart(UINTM, 0xF);
  EXPECT_EQ(uart(UINTP), 0);
  EXPECT_EQ(raised(IRQ_UART1), false);
}

TEST(uart_a_level_interrupt_comes_back_while_its_reason_lasts) {
  open(kPolled | kLoopback | kLevels);
  uart(UINTM, 0xF & ~kRxd);
  send(2);
  uart(UINTP, kRxd);
  EXPECT_EQ(uart(UINTP) & kRxd, kRxd);
  static_cast<void>(uart(URXH));
  static_cast<void>(uart(URXH));
  uart(UINTP, kRxd);
  EXPECT_EQ(uart(UINTP) & kRxd, 0);
  EXPECT_EQ(raised(IRQ_UART1), false);
}

TEST(uart_fifo_resets_clear_themselves) {
  open(kPolled | kLoopback);
  send(9);
  for (unsigned i = 0; i < 30; i++) uart(UTXH, 'x');
  uart(UFCON, 1 | 2);
  EXPECT_EQ(uart(UFCON), 1);
  EXPECT_IN(rx_count(), 0, 1);
  EXPECT_IN(tx_count(), 28, 30);
  uart(UFCON, 1 | 4);
  EXPECT_EQ(uart(UFCON), 1);
  EXPECT_EQ(tx_count(), 0);
}

TEST(uart_without_fifo_holds_one_byte) {
  open(kPolled | kLoopback, 0);
  EXPECT_EQ(uart(UTRSTAT) & 6, 6);
  uart(UTXH, 'a');
  EXPECT_EQ(uart(UTRSTAT) & 4, 0);
  EXPECT_EQ(within_us(3 * kCharUs, [] { return (uart(UTRSTAT) & 1) != 0; }), true);
  EXPECT_EQ(uart(URXH), 'a');
  EXPECT_EQ(uart(UTRSTAT) & 1, 0);
  EXPECT_EQ(within_us(3 * kCharUs, sent), true);
}

TEST(uart_with_its_receiver_off_receives_nothing) {
  open(0x4 | kLoopback);
  send(3);
  EXPECT_EQ(rx_count(), 0);
}
