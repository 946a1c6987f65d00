// SPDX-License-Identifier: MIT
// A counter that never stops, and a timer that ticks: what hardware gives to kernel/time.
#pragma once
#include <cstdint>

namespace mink::kernel {

// Counts up by one every 1/frequency_hz second and wraps from 0xffffffff to 0. Read in any context, in a few
// instructions.
class ClockSource {
 public:
  [[nodiscard]] virtual const char* name() const = 0;
  [[nodiscard]] virtual std::uint32_t read() const = 0;
  [[nodiscard]] virtual std::uint32_t frequency_hz() const = 0;

 protected:
  ~ClockSource() = default;
};

// The periodic interrupt.
class TickDevice {
 public:
  [[nodiscard]] virtual const char* name() const = 0;
  // Starts interrupts at `hz` per second; the first one comes a period from now.
  virtual void start(std::uint32_t hz) = 0;
  virtual void stop() = 0;
  // Interrupt context: true if this device interrupted, which is then acknowledged.
  virtual bool acknowledge() = 0;

 protected:
  ~TickDevice() = default;
};

}  // namespace mink::kernel
