// SPDX-License-Identifier: MIT
// The S3C6410's GPIO pins: what a pin does, and lights on them.
#pragma once
#include <arch/irq.hpp>
#include <drivers/mmio.hpp>

namespace mink::drivers {

// S3C6410X User's Manual Rev 1.20, chapter 10. A port has one or two control registers, then DAT. Which of its pins do
// what: `bits` a pin, in one word or (`pins_low` and up) in a second one.
struct S3cGpioPort {
  std::size_t base;  // of CON
  unsigned bits;     // of CON for each pin: 2 or 4
  bool two_words;    // pins 8 and up are in CON1
  [[nodiscard]] constexpr std::size_t data() const { return base + (two_words ? 8 : 4); }
  [[nodiscard]] constexpr std::size_t pulls() const { return data() + 4; }
};
inline constexpr S3cGpioPort kGpa{0x000, 4, false}, kGpg{0x0c0, 4, false}, kGpk{0x800, 4, true},
    kGpm{0x820, 4, false}, kGpn{0x830, 2, false};

struct S3cPin {
  S3cGpioPort port;
  unsigned pin;
};

template <RegisterBus Bus>
class BasicS3cGpio {
 public:
  static constexpr std::uint32_t kOutput = 1;
  static constexpr std::uint32_t kNoPull = 0, kPullUp = 2;
  constexpr explicit BasicS3cGpio(Bus bus) : bus_{bus} {}

  void select(const S3cPin& p, std::uint32_t function) const {
    const unsigned in_word = p.port.two_words ? p.pin % 8 : p.pin;
    const std::size_t at = p.port.base + (p.port.two_words ? p.pin / 8 * 4 : 0);
    const std::uint32_t mask = ((1u << p.port.bits) - 1) << in_word * p.port.bits;
    change(at, mask, function << in_word * p.port.bits);
  }
  void set(const S3cPin& p, bool high) const { change(p.port.data(), 1u << p.pin, high ? 1u << p.pin : 0); }

  void pull(const S3cPin& p, std::uint32_t how) const {
    change(p.port.pulls(), 3u << 2 * p.pin, how << 2 * p.pin);
  }

 private:
  // Other pins of the port may belong to others.
  void change(std::size_t at, std::uint32_t mask, std::uint32_t value) const {
    const arch::IrqGuard guard;
    bus_.store(at, (bus_.load(at) & ~mask) | value);
  }
  Bus bus_;
};

using S3cGpio = BasicS3cGpio<Mmio>;

}  // namespace mink::drivers
