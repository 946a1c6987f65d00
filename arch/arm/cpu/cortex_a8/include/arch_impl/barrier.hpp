// SPDX-License-Identifier: MIT
// ARMv7 barriers (ARM DDI 0406C, A3.8.3), of the whole system: there may be a DMA engine to see them.
#pragma once

namespace mink::arch {

inline void compiler_barrier() { asm volatile("" ::: "memory"); }
inline void dmb() { asm volatile("dmb" ::: "memory"); }
inline void dsb() { asm volatile("dsb" ::: "memory"); }
inline void isb() { asm volatile("isb" ::: "memory"); }

}  // namespace mink::arch
