// SPDX-License-Identifier: MIT
// ARMv6 barriers: CP15 c7 operations, since DMB, DSB and ISB are ARMv7 opcodes (ARM DDI 0301H, 3.2.22).
#pragma once
#include <arch_impl/arm_state.hpp>

namespace mink::arch {

inline void compiler_barrier() { asm volatile("" ::: "memory"); }
MINK_ARM_STATE void dmb() { asm volatile("mcr p15, 0, %0, c7, c10, 5" ::"r"(0) : "memory"); }
MINK_ARM_STATE void dsb() { asm volatile("mcr p15, 0, %0, c7, c10, 4" ::"r"(0) : "memory"); }
MINK_ARM_STATE void isb() { asm volatile("mcr p15, 0, %0, c7, c5, 4" ::"r"(0) : "memory"); }

}  // namespace mink::arch
