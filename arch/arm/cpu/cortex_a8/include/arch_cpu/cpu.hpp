// SPDX-License-Identifier: MIT
// What neither a barrier nor the entry needs of the Cortex-A8 (ARM DDI 0344K).
#pragma once
#include <cstddef>
#include <cstdint>

namespace mink::arch {

inline constexpr const char* kCpuName = "Cortex-A8";

// 3.2.22: ARMv6's CP15 operation does nothing here.
inline void wfi() { asm volatile("wfi" ::: "memory"); }

// Bytes of the shortest line of a data cache: the cache type register's DminLine, in words (ARM DDI 0406C, B4.1.42).
inline std::size_t dcache_line() {
  std::uint32_t type;
  asm("mrc p15, 0, %0, c0, c0, 1" : "=r"(type));
  return std::size_t{4} << (type >> 16 & 15);
}

}  // namespace mink::arch
