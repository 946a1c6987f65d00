// SPDX-License-Identifier: MIT
// ARM PrimeXsys system controller (SP810), as far as the timers need it: it chooses their clock.
#pragma once
#include <drivers/mmio.hpp>

namespace mink::drivers {

// ARM DDI 0254B, 3.3.1. From reset the four timers count REFCLK (32 kHz).
struct Sp810Regs {
  struct Ctrl : Reg<0x000, Rw> {
    static constexpr std::uint32_t kTimersCountTimclk = 1u << 15 | 1u << 17 | 1u << 19 | 1u << 21;
  };
};

// The two SP804 count TIMCLK (1 MHz on ARM's boards) from now on.
template <RegisterBus Bus>
void select_timclk(Bus bus) {
  const Registers<Bus> regs{bus};
  regs.template write<Sp810Regs::Ctrl>(regs.template read<Sp810Regs::Ctrl>() |
                                       Sp810Regs::Ctrl::kTimersCountTimclk);
}

}  // namespace mink::drivers
