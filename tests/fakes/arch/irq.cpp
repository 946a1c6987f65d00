// SPDX-License-Identifier: MIT
// The fake interrupt mask: nesting is checked, and switching on delivers what the test has pending.
#include <base/log.h>
#include <arch/irq.hpp>
#include <arch_impl/fake_irq.hpp>

namespace mink::fakes {
constinit FakeIrq fake_irq{};
}

namespace mink::arch {

using fakes::fake_irq;

namespace {
void deliver() {
  if (fake_irq.on_enable == nullptr || fake_irq.in_hook) return;
  fake_irq.in_hook = true;
  fake_irq.disabled = true;
  fake_irq.on_enable(fake_irq.context);
  fake_irq.disabled = false;
  fake_irq.in_hook = false;
}
}  // namespace

IrqState irq_save() {
  if (fake_irq.anywhere && !fake_irq.disabled) deliver();
  const IrqState state{fake_irq.disabled, fake_irq.depth};
  fake_irq.disabled = true;
  ++fake_irq.depth;
  ++fake_irq.saves;
  return state;
}

void irq_restore(IrqState state) {
  if (fake_irq.depth == 0 || fake_irq.depth - 1 != state.depth) {
    panic("irq_restore out of order: %u open, state of depth %u", fake_irq.depth, state.depth);
  }
  if (!fake_irq.disabled) panic("interrupts were switched on between irq_save and irq_restore");
  fake_irq.depth = state.depth;
  fake_irq.disabled = state.disabled;
  if (!state.disabled) deliver();
}

bool irqs_disabled() { return fake_irq.disabled; }
void irq_disable() { fake_irq.disabled = true; }
void irq_enable() {
  fake_irq.disabled = false;
  deliver();
}

}  // namespace mink::arch

// The compiler's call between basic blocks.
extern "C" [[gnu::weak]] void __sanitizer_cov_trace_pc() {  // a fuzzer brings its own
  using mink::fakes::fake_irq;
  if (fake_irq.anywhere && !fake_irq.disabled) mink::arch::deliver();
}
