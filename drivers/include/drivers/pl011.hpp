// SPDX-License-Identifier: MIT
// The PL011 UART as a console.
#pragma once
#include <drivers/mmio.hpp>
#include <drivers/pl011_regs.hpp>
#include <drivers/uart_console.hpp>

namespace mink::drivers {

template <class Bus>
class Pl011Port {
 public:
  // clock_hz: that of UARTCLK.
  constexpr Pl011Port(Bus bus, std::uint32_t clock_hz) : regs_{bus}, clock_hz_{clock_hz} {}
  void move_to(Bus bus) { regs_.move_to(bus); }

  // FIFOs as found.
  void init(std::uint32_t baud);
  [[nodiscard]] bool has_byte() const { return !R::Fr::RxEmpty::in(regs_.template read<typename R::Fr>()); }
  unsigned char take() {
    return static_cast<unsigned char>(R::Dr::Data::get(regs_.template read<typename R::Dr>()));
  }
  [[nodiscard]] bool has_room() const { return !R::Fr::TxFull::in(regs_.template read<typename R::Fr>()); }
  void put(unsigned char byte) { regs_.template write<typename R::Dr>(byte); }
  [[nodiscard]] bool sending() const { return R::Fr::Busy::in(regs_.template read<typename R::Fr>()); }
  void receive_interrupt(bool on) { regs_.template write<typename R::Imsc>(on ? R::Ints::kReceive : 0); }
  [[nodiscard]] bool received() const {
    return (regs_.template read<typename R::Mis>() & R::Ints::kReceive) != 0;
  }
  // It falls by itself when the FIFO is empty; a write to Icr could forget a byte that came in between.
  void acknowledge() {}

 private:
  using R = Pl011Regs;
  Registers<Bus> regs_;
  std::uint32_t clock_hz_;
};

template <class Bus>
class BasicPl011 final : public UartConsole<Pl011Port<Bus>> {
 public:
  constexpr BasicPl011(Bus bus, std::uint32_t clock_hz)
      : UartConsole<Pl011Port<Bus>>{Pl011Port<Bus>{bus, clock_hz}} {}
  void move_to(Bus bus) { this->port().move_to(bus); }
};

using Pl011 = BasicPl011<Mmio>;
extern template class UartConsole<Pl011Port<Mmio>>;
extern template class BasicPl011<Mmio>;
using OrderedPl011 = BasicPl011<OrderedMmio>;  // the BCM2835's
extern template class UartConsole<Pl011Port<OrderedMmio>>;
extern template class BasicPl011<OrderedMmio>;

template <class Bus>
void Pl011Port<Bus>::init(std::uint32_t baud) {
  regs_.template write<typename R::Imsc>(0);
  regs_.template write<typename R::Icr>(R::Ints::kAll);
  // The FIFOs stay on or off as they are: switching them loses the byte that comes in at that moment. A line that
  // firmware has set up stays whole, speed and all.
  const std::uint32_t found = regs_.template read<typename R::LcrH>();
  const std::uint32_t line = R::LcrH::WordLength::put(3) | (found & R::LcrH::FifoEnable::kMask);
  if (found != line) {
    // Firmware's last bytes go out at its speed; not for ever: a UART that is off is busy while its FIFO holds any (3.3.3).
    for (unsigned patience = 1'000'000; sending() && patience != 0; --patience) {
    }
    regs_.template write<typename R::Cr>(0);
    // DDI 0183G 3.3.6: divisor = clock / (16 baud), in 1/64ths rounded; writing LCR_H makes it valid.
    const std::uint32_t divisor = (clock_hz_ * 4 + baud / 2) / baud;
    regs_.template write<typename R::Ibrd>(divisor >> 6);
    regs_.template write<typename R::Fbrd>(divisor & 63);
    regs_.template write<typename R::LcrH>(line);
  }
  regs_.template write<typename R::Ifls>(
      R::Ifls::Rx::put(0));  // from 1/8 full; the timeout interrupt brings the rest
  regs_.template write<typename R::Cr>(R::Cr::Enable::put(1) | R::Cr::TxEnable::put(1) |
                                       R::Cr::RxEnable::put(1));
}

}  // namespace mink::drivers
