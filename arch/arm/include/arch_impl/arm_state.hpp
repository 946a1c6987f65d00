// SPDX-License-Identifier: MIT
// Thumb, as far as C++ sees it. A file that nothing hot passes through is built in it (docs/decisions/thumb.md). ARMv6's Thumb
// knows neither MRS, MSR, MCR nor LDREX (ARM DDI 0100I, A6): a function that needs one is declared MINK_ARM_STATE. In
// ARM code it is inline as any other; for Thumb code it is a call of an ARM function, which the linker keeps once.
#pragma once

#if defined(__thumb__) && !defined(__thumb2__)
#define MINK_ARM_STATE [[gnu::target("arm"), gnu::__noinline__]] inline
namespace mink::arch {
inline constexpr bool kArmState = false;
}
#else
#define MINK_ARM_STATE inline
namespace mink::arch {
inline constexpr bool kArmState = true;
}
#endif
