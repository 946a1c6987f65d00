// SPDX-License-Identifier: MIT
// The host's barriers: tests run on one thread, so the compiler's order is all there is to keep.
#pragma once

namespace mink::arch {

inline void compiler_barrier() { asm volatile("" ::: "memory"); }
inline void dmb() { compiler_barrier(); }
inline void dsb() { compiler_barrier(); }
inline void isb() { compiler_barrier(); }

}  // namespace mink::arch
