// SPDX-License-Identifier: MIT
// What an interrupt controller is to the kernel. Drivers implement it; kernel/irq owns the numbers and the
// handlers.
#pragma once
#include <cstdint>

namespace mink::kernel {

// One controller with lines 0..n-1 of its own. Every call comes with interrupts off; none sleeps or
// allocates.
class IrqChip {
 public:
  static constexpr unsigned kNone = ~0u;

  // As /proc/interrupts shows it, at most 8 characters.
  [[nodiscard]] virtual const char* name() const = 0;

  virtual void mask(unsigned line) = 0;
  virtual void unmask(unsigned line) = 0;

  // Before the handlers of `line` run: forgets the latched edge of an edge line. A level line has nothing to
  // forget.
  virtual void ack(unsigned line) = 0;
  // After they ran: the controller may present this line again.
  virtual void eoi(unsigned line) = 0;

  // The most urgent line that is unmasked and asserted now, or kNone. A call before ack() may repeat the last answer.
  virtual unsigned next_pending() = 0;

  // Level: asserted until the device is satisfied.
  [[nodiscard]] virtual bool is_level(unsigned line) const = 0;

 protected:
  ~IrqChip() = default;
};

}  // namespace mink::kernel
