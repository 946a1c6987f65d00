// SPDX-License-Identifier: MIT
// Registers of the BCM2835's mini UART, as far as somebody wants its interrupt without its wires.
#pragma once
#include <drivers/mmio.hpp>

namespace mink::drivers {

// BCM2835 ARM Peripherals, 2.1 and 2.2.
struct Bcm2835AuxRegs {
  struct Enables : Reg<0x04, Rw> {
    using MiniUart = Field<0>;  // without it the registers below do not answer
  };
  struct InterruptEnable : Reg<0x44, Rw> {
    using Sent = Field<
        1>;  // asserted while the transmit FIFO is empty (the manual has this bit and the next lower one swapped)
  };
  struct Control : Reg<0x60, Rw> {};  // 0: neither receives nor transmits
};

}  // namespace mink::drivers
