// SPDX-License-Identifier: MIT
// What neither a barrier nor the entry needs of the ARM1176JZF-S (ARM DDI 0301H). Every CPU has such a file.
#pragma once

namespace mink::arch {

inline constexpr const char* kCpuName = "ARM1176";

// 3.2.22: a CP15 operation; ARMv6 has no WFI opcode.
inline void wfi() { asm volatile("mcr p15, 0, %0, c7, c0, 4" ::"r"(0) : "memory"); }

}  // namespace mink::arch
