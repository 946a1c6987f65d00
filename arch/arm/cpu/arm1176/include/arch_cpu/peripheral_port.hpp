// SPDX-License-Identifier: MIT
// The ARM1176's port for device registers: a window of physical addresses that goes there instead of to memory.
#pragma once
#include <base/addr.hpp>
#include <cstdint>

namespace mink::arch {

// ARM DDI 0301H, 3.2.49: `base` is a multiple of the size, 4 KB << (code - 3). Accesses to the window are those of Device
// memory, whatever the translation tables say. Chips that have nothing on the port do without.
inline void set_peripheral_port(PhysAddr base, std::uint32_t code) {
  asm volatile(
      "mcr p15, 0, %1, c7, c10, 4\n\t"  // DSB: none of the old kind is under way
      "mcr p15, 0, %0, c15, c2, 4\n\t"
      "mcr p15, 0, %1, c7, c5, 4"  // ISB
      ::"r"(base.raw() | code),
      "r"(0)
      : "memory");
}
inline constexpr std::uint32_t kPeripheralPort256M = 0x13;

}  // namespace mink::arch
