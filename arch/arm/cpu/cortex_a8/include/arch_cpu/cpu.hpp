// SPDX-License-Identifier: MIT
// What neither a barrier nor the entry needs of the Cortex-A8 (ARM DDI 0344K).
#pragma once

namespace mink::arch {

inline constexpr const char* kCpuName = "Cortex-A8";

// 3.2.22: ARMv6's CP15 operation does nothing here.
inline void wfi() { asm volatile("wfi" ::: "memory"); }

}  // namespace mink::arch
