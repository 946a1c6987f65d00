// SPDX-License-Identifier: MIT
// The PL011 UART as a console: output polled, input by interrupt into a ring that loses nothing.
#pragma once
#include <arch/irq.hpp>
#include <cstdint>
#include <drivers/mmio.hpp>
#include <drivers/pl011_regs.hpp>
#include <kernel/console.hpp>
#include <lib/ring.hpp>

namespace mink::drivers {

// Receive: the handler moves the FIFO into the ring. When the ring is full it masks the receive interrupt and
// leaves the rest in the FIFO, where the sender's flow control (in QEMU: the pipe) holds it; the reader that
// has drained the ring unmasks, and the line, still asserted, interrupts at once. The receive interrupt is
// never cleared by writing Icr: it falls by itself when the FIFO is empty, and a write could forget a byte
// that came in between.
template <class Bus>
class BasicPl011 final : public kernel::Console, public kernel::ConsoleInput {
 public:
  static constexpr std::size_t kRingSize = 1024;
  static constexpr unsigned char kCtrlC = 3;

  // clock_hz: that of UARTCLK. Touches nothing yet.
  constexpr BasicPl011(Bus bus, std::uint32_t clock_hz) : regs_{bus}, clock_hz_{clock_hz} {}

  // Eight bits, no parity, FIFOs as found, interrupts masked. Bytes that already arrived are kept. Once, before any
  // output.
  void init(std::uint32_t baud);
  // Receives by interrupt from now on: the board has connected on_interrupt() to the line.
  void start_receive();
  // Interrupt context. True if the device interrupted.
  bool on_interrupt();
  void move_to(Bus bus) { regs_.move_to(bus); }

  void write(const char* text, std::size_t size) override;
  void flush() override;
  int try_get() override;
  bool take_break() override;

  // Times the full ring stopped the receiver.
  [[nodiscard]] unsigned throttled() const { return throttled_; }

 private:
  using R = Pl011Regs;
  void put(char c);
  bool drain_fifo();  // false: the ring is full and the FIFO is not empty

  Registers<Bus> regs_;
  std::uint32_t clock_hz_;
  Ring<unsigned char, kRingSize> ring_{};
  bool receiving_ = false;
  bool masked_ = false;  // ring full: receive interrupt off until the reader has drained it
  bool break_ = false;
  unsigned throttled_ = 0;
};

using Pl011 = BasicPl011<Mmio>;
extern template class BasicPl011<Mmio>;

}  // namespace mink::drivers
