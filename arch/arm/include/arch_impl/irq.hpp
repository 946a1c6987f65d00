// SPDX-License-Identifier: MIT
// IRQ masking by CPS and the CPSR (ARM DDI 0301H, 2.10). FIQ is never used and stays masked.
#pragma once
#include <arch_impl/arm_state.hpp>
#include <cstdint>

namespace mink::arch {

// The CPSR as it was; only its I bit (7) counts.
struct IrqState {
  std::uint32_t cpsr;
};

inline constexpr std::uint32_t kCpsrIrqMasked = 1u << 7;

MINK_ARM_STATE IrqState irq_save() {
  IrqState state;
  asm volatile("mrs %0, cpsr\n\tcpsid i" : "=r"(state.cpsr)::"memory");
  return state;
}
// Sets the control field alone: the flags belong to the compiler.
MINK_ARM_STATE void irq_restore(IrqState state) {
  asm volatile("msr cpsr_c, %0" ::"r"(state.cpsr) : "memory");
}
inline bool irqs_were_disabled(IrqState state) { return (state.cpsr & kCpsrIrqMasked) != 0; }
inline void irq_enable() { asm volatile("cpsie i" ::: "memory"); }
inline void irq_disable() { asm volatile("cpsid i" ::: "memory"); }
MINK_ARM_STATE bool irqs_disabled() {
  std::uint32_t cpsr;
  asm volatile("mrs %0, cpsr" : "=r"(cpsr)::"memory");
  return (cpsr & kCpsrIrqMasked) != 0;
}

}  // namespace mink::arch
