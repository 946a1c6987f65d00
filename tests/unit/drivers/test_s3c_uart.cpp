// SPDX-License-Identifier: MIT
// The S3C6410's UART driver against a model of the device: two FIFOs of 64, latched interrupts, a wire on either side.
#include <CppUTest/TestHarness.h>

#include <algorithm>
#include <arch/irq.hpp>
#include <bit>
#include <cstring>
#include <string_view>

#include "fakes/register_file.hpp"
#include "s3c_uart_impl.hpp"
#include "unit/drivers/uart_pipe.hpp"

using namespace mink;
using namespace mink::drivers;
using R = S3cUartRegs;

namespace {

// Text that grows behind and shrinks in front.
struct Text {
  void put(char c) { bytes[size++] = c; }
  char take() {
    const char first = bytes[0];
    std::memmove(bytes, bytes + 1, --size);
    return first;
  }
  bool operator==(std::string_view other) const { return std::string_view{bytes, size} == other; }
  char bytes[1024] = {};
  std::size_t size = 0;
};

// The sender never gives up (a pipe). UINTSP latches: what is asserted as a level comes back after a clear, a time-out,
// which is an event, does not.
class UartModel final : public fakes::RegisterFile {
 public:
  static constexpr unsigned kDepth = 64, kRxTrigger = 16, kTxTrigger = 16;

  UartModel() { words[R::Ucon::kOffset / 4] = R::Ucon::RxMode::put(1); }  // as a boot loader leaves it

  // The wire falls silent after these bytes: what waits below the trigger level is announced by the time-out.
  void feed(std::size_t bytes) {
    wire += bytes;
    deliver();
    if (rx != 0) latched |= R::Ints::Rx::kMask;
  }
  // `bytes` leave the transmitter.
  void send(unsigned bytes) {
    for (; bytes != 0 && tx.size != 0; --bytes) {
      sent.put(tx.take());
    }
    levels();
  }
  [[nodiscard]] std::uint32_t masks() const { return words[R::Uintm::kOffset / 4]; }
  [[nodiscard]] std::uint32_t uintp() const { return latched & ~masks(); }

  std::uint32_t load(std::size_t offset) override {
    switch (offset) {
      case R::Urxh::kOffset:
        return take();
      case R::Utrstat::kOffset:
        if (stuck) return 0;
        if (polled) send(1);
        return R::Utrstat::RxReady::put(rx != 0) | R::Utrstat::TxEmpty::put(tx.size == 0);
      case R::Ufstat::kOffset:
        if (polled && tx.size != 0) send(1);
        if (!fifos()) return 0;
        return R::Ufstat::RxCount::put(rx % kDepth) | R::Ufstat::RxFull::put(rx == kDepth) |
               R::Ufstat::TxCount::put(static_cast<std::uint32_t>(tx.size % kDepth)) |
               R::Ufstat::TxFull::put(tx.size == kDepth);
      case R::Uintp::kOffset:
        return uintp();
      default:
        return RegisterFile::load(offset);
    }
  }
  void store(std::size_t offset, std::uint32_t value) override {
    if (offset == R::Uintp::kOffset) {
      latched &= ~value;
      if (late != 0) {  // bytes that come in just before the acknowledgement
        latched &= ~R::Ints::Rx::kMask;
        wire += late;
        late = 0;
        deliver();
        latched &= ~R::Ints::Rx::kMask;
      }
      levels();
      note(offset, value);
      return;
    }
    if (offset == R::Utxh::kOffset) {
      CHECK_TRUE(tx.size < kDepth);
      tx.put(static_cast<char>(value));
    }
    const bool fifos_before = fifos();
    RegisterFile::store(offset, value);
    if (fifos() != fifos_before) rx = 0;  // a change of depth loses what is there
    if (offset == R::Ufcon::kOffset || offset == R::Ucon::kOffset) deliver();
    levels();
  }

  unsigned char next_on_wire = 0;  // 0, 1, 2, ... 255, 0, ...
  std::size_t wire = 0;            // bytes that the sender still has
  std::size_t late = 0;
  unsigned rx = 0;
  unsigned char fifo[kDepth] = {};
  Text tx, sent;
  std::uint32_t latched = 0;
  bool polled = false;  // a byte leaves at each look at the transmitter
  bool stuck = false;   // the transmitter never empties

 private:
  [[nodiscard]] bool fifos() const { return R::Ufcon::Enable::in(words[R::Ufcon::kOffset / 4]); }
  void deliver() {
    if (R::Ucon::RxMode::in(words[R::Ucon::kOffset / 4]) == 0) return;
    while (wire != 0 && rx < (fifos() ? kDepth : 1)) {
      fifo[rx++] = next_on_wire++;
      --wire;
    }
    levels();
  }
  void levels() {
    if (!fifos()) return;
    if (rx >= kRxTrigger) latched |= R::Ints::Rx::kMask;
    if (tx.size <= kTxTrigger) latched |= R::Ints::Tx::kMask;
  }
  std::uint32_t take() {
    if (rx == 0) {
      FAIL("an empty FIFO was read");
      return 0;
    }
    const unsigned char byte = fifo[0];
    std::memmove(fifo, fifo + 1, --rx);
    deliver();
    return byte;
  }
};

}  // namespace

TEST_GROUP(S3cUart) {
  UartModel device;
  BasicS3cUart<fakes::FakeBus> uart{fakes::FakeBus{&device}, 66'500'000};

  void start() {
    uart.init(115'200);
    uart.start_interrupts();
    device.forget_writes();
  }
  char text[512];
  void setup() override {
    for (std::size_t i = 0; i < sizeof text; ++i) text[i] = static_cast<char>('a' + i % 26);
  }
  // As the controller would: calls the handler as long as the line is asserted.
  void interrupts() {
    unsigned calls = 0;
    while (device.uintp() != 0) {
      bool received = false;
      CHECK_TRUE(uart.on_interrupt(received));
      CHECK_TRUE(++calls < 10'000);
    }
  }
  void expect_bytes(unsigned from, unsigned count) {
    for (unsigned i = from; i < from + count; ++i) CHECK_EQUAL(static_cast<int>(i % 256), uart.try_get());
  }
};

TEST(S3cUart, divisors) {
  // 66.5 MHz, 115200: DIV = 35.08, as the manual's example rounds it: 35 and one sixteenth.
  CHECK_EQUAL(35u, s3c_baud(66'500'000, 115'200).ubrdiv);
  CHECK_EQUAL(1, std::popcount(s3c_baud(66'500'000, 115'200).udivslot));
  CHECK_TRUE((s3c_baud(16 * 115'200, 115'200) == S3cBaud{0, 0}));
  // 50 MHz: 27.127 = 26 + 1 and two sixteenths.
  CHECK_EQUAL(26u, s3c_baud(50'000'000, 115'200).ubrdiv);
  CHECK_EQUAL(2, std::popcount(s3c_baud(50'000'000, 115'200).udivslot));
  for (unsigned sixteenths = 0; sixteenths < 16; ++sixteenths) {
    const S3cBaud b = s3c_baud((32 + sixteenths) * 115'200, 115'200);
    CHECK_EQUAL(1u, b.ubrdiv);
    CHECK_EQUAL(static_cast<int>(sixteenths), std::popcount(b.udivslot));
    CHECK_EQUAL(0u, b.udivslot >> 16);
  }
  CHECK_EQUAL(0xaaaau, s3c_baud((32 + 8) * 115'200, 115'200).udivslot);  // spread
}

TEST(S3cUart, init_programs_the_line_and_masks_all) {
  device.latched = 0xf;
  uart.init(115'200);
  CHECK_EQUAL(3u, device.at<R::Ulcon>());
  CHECK_EQUAL(0x61u, device.at<R::Ufcon>());  // on, no reset, receive from 16 on, send at 16 or fewer
  CHECK_EQUAL(0x385u, device.at<R::Ucon>());
  CHECK_EQUAL(35u, device.at<R::Ubrdiv>());
  CHECK_EQUAL(0xfu, device.masks());
  CHECK_TRUE(device.when(R::Uintm::kOffset) < device.when(R::Ucon::kOffset));
  CHECK_TRUE(device.wrote(R::Uintp::kOffset, 0xf));
}

TEST(S3cUart, init_does_not_wait_for_ever) {
  device.stuck = true;
  uart.init(115'200);
  CHECK_EQUAL(0x61u, device.at<R::Ufcon>());
}

TEST(S3cUart, bytes_that_came_before_the_fifo_are_kept) {
  device.feed(3);  // U-Boot has the FIFO off: one place, taken again as soon as it is read
  uart.init(115'200);
  expect_bytes(0, 3);
  CHECK_EQUAL(-1, uart.try_get());
}

TEST(S3cUart, receives_a_single_byte_by_the_time_out) {
  start();
  device.feed(1);
  bool received = false;
  CHECK_TRUE(uart.on_interrupt(received));
  CHECK_TRUE(received);
  CHECK_EQUAL(0u, device.uintp());
  expect_bytes(0, 1);
}

TEST(S3cUart, a_full_fifo_counts_as_64) {
  start();
  device.feed(64);
  interrupts();
  expect_bytes(0, 64);
  CHECK_EQUAL(-1, uart.try_get());
}

TEST(S3cUart, bytes_that_come_before_the_acknowledgement_are_not_forgotten) {
  start();
  device.feed(20);
  device.late = 3;
  interrupts();
  expect_bytes(0, 23);
}

TEST(S3cUart, another_devices_interrupt_is_not_ours) {
  start();
  bool received = false;
  CHECK_FALSE(uart.on_interrupt(received));
}

TEST(S3cUart, full_ring_masks_and_the_drained_one_unmasks) {
  start();
  device.feed(uart.kRingSize + 100);
  interrupts();
  CHECK_EQUAL(1u, uart.throttled());
  CHECK_EQUAL(0xfu, device.masks());
  expect_bytes(0, uart.kRingSize);
  interrupts();
  expect_bytes(uart.kRingSize, 100);
  CHECK_EQUAL(-1, uart.try_get());
}

TEST(S3cUart, a_long_pipe_loses_nothing) {
  start();
  expect_a_long_pipe_loses_nothing(device, uart, [this] { interrupts(); });
}

TEST(S3cUart, polled_before_it_sends_by_interrupt) {
  uart.init(115'200);
  device.polled = true;
  uart.write(text, 200);
  uart.write("\n", 1);
  uart.flush();
  text[200] = '\r';
  text[201] = '\n';
  CHECK_TRUE(device.sent == std::string_view(text, 202));
  CHECK_EQUAL(0xfu, device.masks());
}

TEST(S3cUart, what_fits_into_the_fifo_needs_no_interrupt) {
  start();
  uart.write("ab\n", 3);
  CHECK_TRUE(device.tx == "ab\r\n");
  CHECK_TRUE(R::Ints::Tx::in(device.masks()));
}

TEST(S3cUart, the_rest_goes_by_interrupt_in_order) {
  start();
  uart.write(text, 500);
  CHECK_EQUAL(std::size_t{64}, device.tx.size);
  CHECK_FALSE(R::Ints::Tx::in(device.masks()));
  while (device.tx.size != 0) {
    device.send(7);
    interrupts();
  }
  CHECK_TRUE(device.sent == std::string_view(text, 500));
  CHECK_TRUE(R::Ints::Tx::in(device.masks()));  // else its level would interrupt for ever
}

TEST(S3cUart, with_interrupts_off_all_is_sent_at_once_and_in_order) {
  start();
  uart.write(text, 300);
  device.polled = true;
  {
    const arch::IrqGuard guard;
    uart.write(text + 300, 50);
  }
  device.send(64);
  CHECK_TRUE(device.sent == std::string_view(text, 350));
}

TEST(S3cUart, flush_waits_for_queue_fifo_and_shifter) {
  start();
  uart.write(text, 300);
  device.polled = true;
  uart.flush();
  CHECK_TRUE(device.sent == std::string_view(text, 300));
}
