// SPDX-License-Identifier: MIT
// What neither a barrier nor the entry needs of the ARM1176JZF-S (ARM DDI 0301H). Every CPU has such a file.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mink::arch {

inline constexpr const char* kCpuName = "ARM1176";

// 3.2.22: a CP15 operation; ARMv6 has no WFI opcode.
inline void wfi() { asm volatile("mcr p15, 0, %0, c7, c0, 4" ::"r"(0) : "memory"); }

// Bytes of a data cache line: the cache type register's Len of Dsize (3.2.2).
inline std::size_t dcache_line() {
  std::uint32_t type;
  asm("mrc p15, 0, %0, c0, c0, 1" : "=r"(type));
  return std::size_t{8} << (type >> 12 & 3);
}

}  // namespace mink::arch
