// SPDX-License-Identifier: MIT
// BasicS3cUart, for any bus: s3c_uart.cpp makes it for the machine, a test for its register file.
#pragma once
#include <drivers/s3c_uart.hpp>

namespace mink::drivers {

template <class Bus>
void S3cUartPort<Bus>::init(std::uint32_t baud) {
  // Firmware's last bytes go out at firmware's speed; not for ever, should nothing be clocked.
  for (unsigned patience = 1'000'000; sending() && patience != 0; --patience) {
  }
  masked_ = R::Ints::kAll;
  regs_.template write<typename R::Uintm>(masked_);
  // Closed first: changing the FIFO's depth loses what is in it, so nothing may come behind the byte taken here.
  regs_.template write<typename R::Ucon>(0);
  const bool fifo_off = !R::Ufcon::Enable::in(regs_.template read<typename R::Ufcon>());
  if (fifo_off && R::Utrstat::RxReady::in(regs_.template read<typename R::Utrstat>())) {
    early_ = static_cast<int>(regs_.template read<typename R::Urxh>() & 0xff);
  }
  const S3cBaud speed = s3c_baud(clock_hz_, baud);
  regs_.template write<typename R::Ulcon>(R::Ulcon::k8N1);
  regs_.template write<typename R::Umcon>(0);
  regs_.template write<typename R::Ufcon>(R::Ufcon::Enable::put(1) | R::Ufcon::RxTrigger::put(2) |
                                          R::Ufcon::TxTrigger::put(1));
  regs_.template write<typename R::Ubrdiv>(speed.ubrdiv);
  regs_.template write<typename R::Udivslot>(speed.udivslot);
  regs_.template write<typename R::Ucon>(R::Ucon::RxMode::put(1) | R::Ucon::TxMode::put(1) |
                                         R::Ucon::RxTimeout::put(1) | R::Ucon::RxLevel::put(1) |
                                         R::Ucon::TxLevel::put(1));
  regs_.template write<typename R::Uintp>(R::Ints::kAll);
}

template <class Bus>
bool BasicS3cUart<Bus>::on_interrupt(bool& received) {
  received = Base::on_interrupt();
  const bool sent = this->port().sent();
  if (sent) {
    fill_fifo();
    this->port().acknowledge_sent();  // after the FIFO has risen above the level that asserts it
    if (queue_.empty()) this->port().send_interrupt(false);
  }
  return received || sent;
}

template <class Bus>
void BasicS3cUart<Bus>::fill_fifo() {
  char c;
  while (this->port().has_room() && queue_.pop(c)) this->port().put(static_cast<unsigned char>(c));
}

template <class Bus>
void BasicS3cUart<Bus>::send_queued() {
  char c;
  while (queue_.pop(c)) this->put_polled(c);
}

template <class Bus>
void BasicS3cUart<Bus>::put(char c) {
  for (;;) {
    const arch::IrqState state = arch::irq_save();
    if (!queueing_ || arch::irqs_were_disabled(state)) {
      send_queued();  // in its order
      this->put_polled(c);
      return arch::irq_restore(state);
    }
    fill_fifo();
    if (queue_.empty() && this->port().has_room()) {
      this->port().put(static_cast<unsigned char>(c));
      return arch::irq_restore(state);
    }
    const bool fits = queue_.push(c);
    this->port().send_interrupt(true);
    arch::irq_restore(state);
    if (fits) return;
  }
}

template <class Bus>
void BasicS3cUart<Bus>::write(const char* text, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] == '\n') put('\r');
    put(text[i]);
  }
}

template <class Bus>
void BasicS3cUart<Bus>::flush() {
  const arch::IrqGuard guard;
  send_queued();
  Base::flush();
}

}  // namespace mink::drivers
