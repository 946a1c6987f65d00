// SPDX-License-Identifier: MIT
// The fixed points of the address map (docs/memory-map.md) that the ARM code itself puts something at.
#pragma once
#include <base/addr.hpp>

namespace mink::arch::arm {

inline constexpr VirtAddr kPageOffset{0xC0000000};  // the linear map: virt = phys - ram_base + kPageOffset

// Up to four megabytes of device registers, each from somewhere else, that the board needs before it can ioremap: its
// console. Mapped as Device, never executable, by the first tables; the final ones keep them.
inline constexpr VirtAddr kBootDevice{0xFF000000};
inline constexpr std::size_t kBootDeviceStep = 0x100000;
inline constexpr std::size_t kBootDeviceSize = 4 * kBootDeviceStep;

inline constexpr VirtAddr kVectors{0xFFFF0000};  // SCTLR.V = 1 (ARM DDI 0301H, 2.12.1)

}  // namespace mink::arch::arm
