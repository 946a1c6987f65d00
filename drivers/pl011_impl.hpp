// SPDX-License-Identifier: MIT
// BasicPl011, for any bus: pl011.cpp makes it for the machine, a test for its register file.
#pragma once
#include <drivers/pl011.hpp>

namespace mink::drivers {

template <class Bus>
void BasicPl011<Bus>::init(std::uint32_t baud) {
  regs_.template write<typename R::Imsc>(0);
  regs_.template write<typename R::Icr>(R::Ints::kAll);
  // The FIFOs stay on or off as they are: switching them loses the byte that comes in at that moment. A line that
  // firmware has set up stays whole, speed and all.
  const std::uint32_t found = regs_.template read<typename R::LcrH>();
  const std::uint32_t line = R::LcrH::WordLength::put(3) | (found & R::LcrH::FifoEnable::kMask);
  if (found != line) {
    flush();
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
  drain_fifo();
}

template <class Bus>
void BasicPl011<Bus>::start_receive() {
  const arch::IrqGuard guard;
  receiving_ = true;
  masked_ = !drain_fifo();
  if (!masked_) regs_.template write<typename R::Imsc>(R::Ints::kReceive);
}

template <class Bus>
bool BasicPl011<Bus>::drain_fifo() {
  while (!R::Fr::RxEmpty::in(regs_.template read<typename R::Fr>())) {
    if (ring_.full()) return false;
    const std::uint32_t word = regs_.template read<typename R::Dr>();
    const auto byte = static_cast<unsigned char>(R::Dr::Data::get(word));
    if (byte == kCtrlC) break_ = true;
    ring_.push(byte);
  }
  return true;
}

template <class Bus>
bool BasicPl011<Bus>::on_interrupt() {
  if ((regs_.template read<typename R::Mis>() & R::Ints::kReceive) == 0) return false;
  if (!drain_fifo()) {
    regs_.template write<typename R::Imsc>(0);
    masked_ = true;
    ++throttled_;
  }
  return true;
}

template <class Bus>
int BasicPl011<Bus>::try_get() {
  const arch::IrqGuard guard;
  if (!receiving_) drain_fifo();
  unsigned char byte = 0;
  if (!ring_.pop(byte)) return kNone;
  if (masked_ && ring_.empty()) {
    masked_ = false;
    regs_.template write<typename R::Imsc>(R::Ints::kReceive);
  }
  return byte;
}

template <class Bus>
bool BasicPl011<Bus>::take_break() {
  const arch::IrqGuard guard;
  const bool was = break_;
  break_ = false;
  return was;
}

template <class Bus>
void BasicPl011<Bus>::put(char c) {
  while (R::Fr::TxFull::in(regs_.template read<typename R::Fr>())) {
  }
  regs_.template write<typename R::Dr>(static_cast<unsigned char>(c));
}

template <class Bus>
void BasicPl011<Bus>::write(const char* text, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] == '\n') put('\r');
    put(text[i]);
  }
}

template <class Bus>
void BasicPl011<Bus>::flush() {
  while (R::Fr::Busy::in(regs_.template read<typename R::Fr>())) {
  }
}

}  // namespace mink::drivers
