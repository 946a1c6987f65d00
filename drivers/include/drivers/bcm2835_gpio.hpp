// SPDX-License-Identifier: MIT
// Which function a pin of the BCM2835 has.
#pragma once
#include <drivers/mmio.hpp>

namespace mink::drivers {

// BCM2835 ARM Peripherals, 6.1.
struct Bcm2835GpioRegs {
  struct Select : RegArray<0x00, 6, Rw> {};  // three bits a pin, ten pins a word
};
enum class Bcm2835Function : std::uint32_t { Input = 0, Output = 1, Alt0 = 4, Alt1 = 5, Alt5 = 2 };

// pin: 0..53.
template <RegisterBus Bus>
void select_function(Bus bus, unsigned pin, Bcm2835Function function) {
  using Select = Bcm2835GpioRegs::Select;
  const Registers<Bus> regs{bus};
  const unsigned shift = 3 * (pin % 10);
  const std::uint32_t others = regs.template read<Select>(pin / 10) & ~(7u << shift);
  regs.template write<Select>(pin / 10, others | static_cast<std::uint32_t>(function) << shift);
}

}  // namespace mink::drivers
