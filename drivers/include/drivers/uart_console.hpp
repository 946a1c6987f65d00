// SPDX-License-Identifier: MIT
// What is the same for every UART that is a console: output polled, input by interrupt into a ring that loses nothing.
#pragma once
#include <arch/irq.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <kernel/console.hpp>
#include <lib/ring.hpp>

namespace mink::drivers {

// The device: its FIFOs and its receive interrupt.
template <class P>
concept UartPort = requires(P& port, const P& look, bool on, unsigned char byte, std::uint32_t baud) {
  {port.init(baud)};  // eight bits, no parity, interrupts masked
  { look.has_byte() } -> std::same_as<bool>;
  { port.take() } -> std::same_as<unsigned char>;  // has_byte()
  { look.has_room() } -> std::same_as<bool>;
  {port.put(byte)};                           // has_room()
  { look.sending() } -> std::same_as<bool>;   // until the last bit has left the wire
  {port.receive_interrupt(on)};               // unmasks or masks it
  { look.received() } -> std::same_as<bool>;  // the receive interrupt is asserted
  {port.acknowledge()};  // ... forgets it, where that needs a write; what is in the FIFO then is looked at again
};

// Receive: the handler moves the FIFO into the ring. When the ring is full it masks the receive interrupt and
// leaves the rest in the FIFO, where the sender's flow control (in QEMU: the pipe) holds it; the reader that
// has drained the ring unmasks, and the interrupt, not acknowledged and still asserted, comes at once.
template <class Port>
class UartConsole : public kernel::Console, public kernel::ConsoleInput {
  static_assert(UartPort<Port>);

 public:
  static constexpr std::size_t kRingSize = 1024;
  static constexpr unsigned char kCtrlC = 3;

  // Touches nothing yet.
  constexpr explicit UartConsole(const Port& port) : port_{port} {}

  // Bytes that already arrived are kept. Once, before any output.
  void init(std::uint32_t baud) {
    port_.init(baud);
    drain_fifo();
  }
  // Receives by interrupt from now on: the board has connected on_interrupt() to the line.
  void start_receive();
  // Interrupt context. True if the receiver interrupted.
  bool on_interrupt();

  void write(const char* text, std::size_t size) override;
  void flush() override;
  int try_get() override;
  bool take_break() override;

  // Times the full ring stopped the receiver.
  [[nodiscard]] unsigned throttled() const { return throttled_; }

 protected:
  [[nodiscard]] Port& port() { return port_; }
  void put_polled(char c) {
    while (!port_.has_room()) {
    }
    port_.put(static_cast<unsigned char>(c));
  }

 private:
  bool drain_fifo();  // false: the ring is full and the FIFO is not empty
  bool drain_and_acknowledge();

  Port port_;
  Ring<unsigned char, kRingSize> ring_{};
  bool receiving_ = false;
  bool masked_ = false;  // ring full: receive interrupt off until the reader has drained it
  bool break_ = false;
  unsigned throttled_ = 0;
};

template <class Port>
bool UartConsole<Port>::drain_fifo() {
  while (port_.has_byte()) {
    if (ring_.full()) return false;
    const unsigned char byte = port_.take();
    if (byte == kCtrlC) break_ = true;
    ring_.push(byte);
  }
  return true;
}

// A byte that comes between the last look and the acknowledgement would have nobody to announce it: so look again.
template <class Port>
bool UartConsole<Port>::drain_and_acknowledge() {
  do {
    if (!drain_fifo()) return false;
    port_.acknowledge();
  } while (port_.has_byte());
  return true;
}

template <class Port>
void UartConsole<Port>::start_receive() {
  const arch::IrqGuard guard;
  receiving_ = true;
  masked_ = !drain_and_acknowledge();
  port_.receive_interrupt(!masked_);
}

template <class Port>
bool UartConsole<Port>::on_interrupt() {
  if (!port_.received()) return false;
  if (!drain_and_acknowledge()) {
    port_.receive_interrupt(false);
    masked_ = true;
    ++throttled_;
  }
  return true;
}

template <class Port>
int UartConsole<Port>::try_get() {
  const arch::IrqGuard guard;
  if (!receiving_) drain_fifo();
  unsigned char byte = 0;
  if (!ring_.pop(byte)) return kNone;
  if (masked_ && ring_.empty()) {
    masked_ = false;
    port_.receive_interrupt(true);
  }
  return byte;
}

template <class Port>
bool UartConsole<Port>::take_break() {
  const arch::IrqGuard guard;
  const bool was = break_;
  break_ = false;
  return was;
}

template <class Port>
void UartConsole<Port>::write(const char* text, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] == '\n') put_polled('\r');
    put_polled(text[i]);
  }
}

template <class Port>
void UartConsole<Port>::flush() {
  while (port_.sending()) {
  }
}

}  // namespace mink::drivers
