// SPDX-License-Identifier: MIT
// A timer of the board that nothing of the kernel uses: for measurements and exercises.
#pragma once
#include <kernel/clock_source.hpp>

namespace mink::kernel {

struct SpareTimer {
  TickDevice* device;  // start(hz) interrupts every clock_hz / hz steps of its clock
  unsigned irq;
  std::uint32_t clock_hz;
};

// The board's, once; without it there is none.
void set_spare_timer(const SpareTimer& timer);
[[nodiscard]] const SpareTimer* spare_timer();  // nullptr: none

}  // namespace mink::kernel
