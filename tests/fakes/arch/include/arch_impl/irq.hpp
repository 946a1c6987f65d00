// SPDX-License-Identifier: MIT
// The host's interrupt mask: a variable that watches its users. Tests steer it through
// <arch_impl/fake_irq.hpp>.
#pragma once

namespace mink::arch {

struct IrqState {
  bool disabled;
  unsigned depth;  // saves open when this one was made: restores must come in the reverse order
};

IrqState irq_save();
void irq_restore(IrqState state);
bool irqs_disabled();
inline bool irqs_were_disabled(IrqState state) { return state.disabled; }
void irq_enable();
void irq_disable();

}  // namespace mink::arch
