// SPDX-License-Identifier: MIT
// The PL011 driver against a model of the device with a sender behind it that never gives up (a pipe).
#include <CppUTest/TestHarness.h>

#include <cstring>
#include <drivers/pl011.hpp>

#include "fakes/register_file.hpp"
#include "unit/drivers/uart_pipe.hpp"

using namespace mink;
using namespace mink::drivers;
using R = Pl011Regs;

namespace {

// 16 places; the receive interrupt rises when the first byte comes into the empty FIFO, and falls when the
// FIFO is emptied or by a write to Icr: then it does not come back until the FIFO has been empty.
class Pl011Model final : public fakes::RegisterFile {
 public:
  static constexpr unsigned kDepth = 16;

  void feed(std::size_t bytes) {
    wire += bytes;
    deliver();
  }
  [[nodiscard]] bool interrupting() const { return (ris & imsc()) != 0; }
  [[nodiscard]] std::uint32_t imsc() const { return words[R::Imsc::kOffset / 4]; }

  std::uint32_t load(std::size_t offset) override {
    switch (offset) {
      case R::Dr::kOffset:
        return take();
      case R::Fr::kOffset: {
        const bool full = tx_stalls != 0;
        if (full) --tx_stalls;
        return R::Fr::RxEmpty::put(count == 0) | R::Fr::TxFull::put(full) | R::Fr::Busy::put(full);
      }
      case R::Ris::kOffset:
        return ris;
      case R::Mis::kOffset:
        return ris & imsc();
      default:
        return RegisterFile::load(offset);
    }
  }
  void store(std::size_t offset, std::uint32_t value) override {
    if (offset == R::Dr::kOffset && sent_size < sizeof sent) {
      CHECK_EQUAL(0u, tx_stalls);
      sent[sent_size++] = static_cast<char>(value);
    }
    if (offset == R::Icr::kOffset) ris &= ~value;
    if (offset == R::LcrH::kOffset && ((words[offset / 4] ^ value) & R::LcrH::FifoEnable::kMask) != 0) {
      count = 0;  // the bytes in it are lost
      ris = 0;
    }
    RegisterFile::store(offset, value);
  }

  unsigned char next_sent = 0;  // the wire carries 0, 1, 2, ... 255, 0, ...
  std::size_t wire = 0;         // bytes the sender still has
  unsigned count = 0;
  unsigned char fifo[kDepth] = {};
  std::uint32_t ris = 0;
  unsigned tx_stalls = 0;
  char sent[64] = {};
  std::size_t sent_size = 0;

 private:
  [[nodiscard]] unsigned depth() const {
    return R::LcrH::FifoEnable::in(words[R::LcrH::kOffset / 4]) ? kDepth : 1;
  }
  void deliver() {
    while (wire != 0 && count < depth()) {
      fifo[count++] = next_sent++;
      --wire;
      if (count == 1) ris |= R::Ints::Rx::kMask;
    }
  }
  std::uint32_t take() {
    if (count == 0) {
      FAIL("an empty FIFO was read");
      return 0;
    }
    const unsigned char byte = fifo[0];
    std::memmove(fifo, fifo + 1, --count);
    if (count == 0) ris &= ~R::Ints::kReceive;
    deliver();
    return byte;
  }
};

}  // namespace

TEST_GROUP(Pl011) {
  Pl011Model device;
  BasicPl011<fakes::FakeBus> uart{fakes::FakeBus{&device}, 24'000'000};

  void start() {
    uart.init(38'400);
    uart.start_receive();
    device.forget_writes();
  }
  // As the controller would: calls the handler as long as the line is asserted.
  void interrupts() {
    unsigned calls = 0;
    while (device.interrupting()) {
      CHECK_TRUE(uart.on_interrupt());
      CHECK_TRUE(++calls < 10'000);
    }
  }
};

TEST(Pl011, init_programs_the_line) {
  device.words[R::Imsc::kOffset / 4] = 0x7ff;
  uart.init(38'400);
  CHECK_EQUAL(39u, device.at<R::Ibrd>());  // 24 MHz / (16 * 38 400) = 39 4/64
  CHECK_EQUAL(4u, device.at<R::Fbrd>());
  CHECK_EQUAL(0x60u, device.at<R::LcrH>());
  CHECK_EQUAL(0x301u, device.at<R::Cr>());
  CHECK_EQUAL(0u, device.imsc());
  CHECK_EQUAL(0u, device.writes[device.when(R::Cr::kOffset)].value);  // off while it is programmed
  CHECK_TRUE(device.when(R::Cr::kOffset) < device.when(R::Ibrd::kOffset));
  CHECK_TRUE(device.when(R::LcrH::kOffset) > device.when(R::Ibrd::kOffset));
  CHECK_TRUE(device.when(R::LcrH::kOffset) > device.when(R::Fbrd::kOffset));
}

// Firmware switched the UART off while its FIFO held something: BUSY stays.
TEST(Pl011, a_transmitter_that_never_ends_does_not_hold_the_boot) {
  device.tx_stalls = 20'000'000;
  uart.init(38'400);
  CHECK_TRUE(device.tx_stalls != 0);
  CHECK_EQUAL(0x301u, device.at<R::Cr>());
}

TEST(Pl011, bytes_that_came_before_init_are_kept) {
  device.feed(1);  // the FIFO is off: one place
  uart.init(38'400);
  CHECK_EQUAL(0, uart.try_get());
  CHECK_EQUAL(-1, uart.try_get());
}

TEST(Pl011, a_fifo_that_firmware_switched_on_is_not_emptied) {
  device.words[R::LcrH::kOffset / 4] = 0x70;
  device.feed(5);
  uart.init(38'400);
  for (int i = 0; i < 5; ++i) CHECK_EQUAL(i, uart.try_get());
  CHECK_EQUAL(-1, device.when(R::LcrH::kOffset));
  CHECK_EQUAL(-1, device.when(R::Ibrd::kOffset));
  CHECK_EQUAL(0x301u, device.at<R::Cr>());
}

TEST(Pl011, writes_lines_with_carriage_return_when_there_is_room) {
  uart.init(38'400);
  device.tx_stalls = 7;
  uart.write("ab\nc", 4);
  CHECK_EQUAL(std::size_t{5}, device.sent_size);
  CHECK_EQUAL(0, std::memcmp(device.sent, "ab\r\nc", 5));
}

TEST(Pl011, flush_waits_for_the_last_bit) {
  device.tx_stalls = 3;
  uart.flush();
  CHECK_EQUAL(0u, device.tx_stalls);
}

TEST(Pl011, another_devices_interrupt_is_not_ours) {
  start();
  CHECK_FALSE(uart.on_interrupt());
}

TEST(Pl011, receives_by_interrupt_in_order) {
  start();
  device.feed(40);
  interrupts();
  for (int i = 0; i < 40; ++i) CHECK_EQUAL(i, uart.try_get());
  CHECK_EQUAL(-1, uart.try_get());
}

TEST(Pl011, what_waits_when_receiving_starts_is_taken) {
  uart.init(38'400);
  device.feed(30);
  uart.start_receive();
  interrupts();
  for (int i = 0; i < 30; ++i) CHECK_EQUAL(i, uart.try_get());
}

TEST(Pl011, full_ring_masks_and_the_drained_one_unmasks) {
  start();
  device.feed(uart.kRingSize + 100);
  interrupts();
  CHECK_EQUAL(0u, device.imsc());
  CHECK_EQUAL(1u, uart.throttled());
  CHECK_EQUAL(1u, device.count);  // the device holds the rest, and the sender
  CHECK_EQUAL(std::size_t{99}, device.wire);

  for (std::size_t i = 0; i < uart.kRingSize - 1; ++i) CHECK_EQUAL(static_cast<int>(i % 256), uart.try_get());
  CHECK_EQUAL(0u, device.imsc());  // not yet drained
  CHECK_EQUAL(static_cast<int>((uart.kRingSize - 1) % 256), uart.try_get());
  CHECK_EQUAL(R::Ints::kReceive, device.imsc());
  CHECK_TRUE(device.interrupting());  // at once, without another byte
  interrupts();
  for (std::size_t i = 0; i < 100; ++i)
    CHECK_EQUAL(static_cast<int>((uart.kRingSize + i) % 256), uart.try_get());
}

TEST(Pl011, a_long_pipe_loses_nothing) {
  start();
  expect_a_long_pipe_loses_nothing(device, uart, [this] { interrupts(); });
  CHECK_EQUAL(-1, device.when(R::Icr::kOffset));  // a write there could forget a byte that came in between
}

TEST(Pl011, ctrl_c_is_noted_once_and_stays_in_the_stream) {
  start();
  device.feed(5);  // 0 1 2 3 4
  CHECK_FALSE(uart.take_break());
  interrupts();
  CHECK_TRUE(uart.take_break());
  CHECK_FALSE(uart.take_break());
  for (int i = 0; i < 5; ++i) CHECK_EQUAL(i, uart.try_get());
}

TEST(Pl011, polls_while_it_does_not_receive_by_interrupt) {
  uart.init(38'400);
  device.feed(3);
  CHECK_EQUAL(0, uart.try_get());
  CHECK_EQUAL(1, uart.try_get());
}
