// SPDX-License-Identifier: MIT
// Interrupt masking, and the hook by which the CPU's exception entry calls upward.
#pragma once
#include <concepts>
#include <cstdint>

// Provides, inline: struct arch::IrqState; IrqState irq_save(); void irq_restore(IrqState); bool irqs_disabled();
// void irq_enable(); void irq_disable(). Each is a compiler barrier. bool irqs_were_disabled(IrqState): before the save.
#include <arch_impl/irq.hpp>

namespace mink::arch {

static_assert(requires(IrqState s) {
  { irq_save() } -> std::same_as<IrqState>;
  { irq_restore(s) } -> std::same_as<void>;
  { irqs_disabled() } -> std::same_as<bool>;
  { irqs_were_disabled(s) } -> std::same_as<bool>;
});

// Holds interrupts off for a scope; nests.
class [[nodiscard]] IrqGuard {
 public:
  IrqGuard() : state_{irq_save()} {}
  ~IrqGuard() { irq_restore(state_); }
  IrqGuard(const IrqGuard&) = delete;
  IrqGuard& operator=(const IrqGuard&) = delete;

 private:
  IrqState state_;
};

}  // namespace mink::arch

// Called by the vectors with interrupts off, on the interrupt stack; defined by kernel/irq. pc: of the instruction that was
// interrupted.
extern "C" void mink_irq_entry(const void* pc);

// Called by the vectors before they return to a thread with preempt_count 0 while mink_need_resched is set; interrupts
// off, on the thread's own stack. Returns when the thread may go on. Defined by kernel/sched.
extern "C" void mink_preempt_irq(void);
