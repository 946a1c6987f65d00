// SPDX-License-Identifier: MIT
// Time since power-on, from a free-running counter that is widened to 64 bits.
//
// Resolution: one step of the counter, 41.7 ns on the Versatile (24 MHz). Under QEMU's -icount shift=0 a
// nanosecond of this clock is one guest instruction, so a step is 41.7 instructions: an operation is measured
// as the mean over 10 000 of them, good to 0.01 instruction, less the same loop with nothing in it.
#pragma once
#include <cstdint>
#include <kernel/clock_source.hpp>

namespace mink::kernel {

class MonotonicClock {
 public:
  constexpr MonotonicClock() = default;

  // Takes the counter's present value as the time since power-on. Once, before any other call that reads.
  void start(const ClockSource& source);
  [[nodiscard]] bool started() const { return source_ != nullptr; }
  [[nodiscard]] const ClockSource* source() const { return source_; }

  // Steps of the counter since power-on. Any context; must be called more often than the counter wraps (the
  // tick does).
  std::uint64_t cycles();
  std::uint64_t ns();
  [[nodiscard]] std::uint64_t to_ns(std::uint64_t cycles) const;
  [[nodiscard]] std::uint32_t frequency_hz() const { return hz_; }

  // Waits at least that long, in the counter's steps rounded up.
  void delay_ns(std::uint64_t ns);

 private:
  const ClockSource* source_ = nullptr;
  std::uint32_t hz_ = 0;
  std::uint32_t last_ = 0;  // what the counter said at the last look
  std::uint64_t total_ = 0;
};

MonotonicClock& monotonic_clock();

// Of the kernel's clock. 0 before it is started. Any context.
std::uint64_t cycles_now();
std::uint32_t cycles_hz();
// Nanoseconds; guest instructions under -icount shift=0.
std::uint64_t cycles_to_ns(std::uint64_t cycles);
std::uint64_t uptime_ns();

// Power-on to the first prompt: the shell says when that is; 0 until then.
void note_first_prompt();
std::uint64_t boot_to_prompt_ns();

}  // namespace mink::kernel
