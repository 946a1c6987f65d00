// SPDX-License-Identifier: MIT
// What a step of the clock is worth: instructions under QEMU's -icount, else nanoseconds.
#pragma once
#include <cstdint>

namespace mink::shell {

// -icount shift=N makes an instruction take 2^N nanoseconds, and the same loop always takes the same time.
struct ClockUnit {
  bool instructions = false;  // else nanoseconds
  unsigned shift = 0;

  // Hundredths of a unit in so many steps of the clock. Below 2^24 units.
  [[nodiscard]] std::uint64_t hundredths(std::uint64_t cycles) const;
};

// Finds out which; takes a few milliseconds. Thread context.
[[nodiscard]] ClockUnit clock_unit();

// Under shift=0, where a nanosecond of the clock is an instruction.
[[nodiscard]] bool clock_counts_instructions();

}  // namespace mink::shell
