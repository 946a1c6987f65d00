// SPDX-License-Identifier: MIT
// The Linux face of the kernel's interrupts, and the door that the vectors knock at.
#include <linux/interrupt.h>

#include <base/log.h>
#include <arch/irq.hpp>
#include <kernel/irq_core.hpp>

namespace mink::kernel {

namespace {

constinit IrqCore core;
constinit const void* interrupted = nullptr;

}  // namespace

IrqCore& irq_core() { return core; }
const void* interrupted_pc() { return interrupted; }

}  // namespace mink::kernel

using mink::kernel::interrupted;
using mink::kernel::irq_core;

extern "C" {

void mink_irq_entry(const void* pc) {
  interrupted = pc;
  irq_core().entry();
}

int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char* name,
                void* dev_id) {
  return irq_core().request(irq, handler, flags, name, dev_id);
}

const void* free_irq(unsigned int irq, void* dev_id) { return irq_core().free(irq, dev_id); }

void disable_irq_nosync(unsigned int irq) { irq_core().disable(irq); }

void disable_irq(unsigned int irq) {
  irq_core().disable(irq);
  synchronize_irq(irq);
}

void enable_irq(unsigned int irq) { irq_core().enable(irq); }

void synchronize_irq(unsigned int irq) {
  // One CPU: a handler that runs now is below us on this very stack, and would never end.
  if (in_irq()) printk(KERN_WARNING "synchronize_irq(%u) inside an interrupt\n", irq);
}

unsigned long mink_local_irq_save(void) {
  const bool off = mink::arch::irqs_disabled();
  mink::arch::irq_disable();
  return off ? 1 : 0;
}

void mink_local_irq_restore(unsigned long flags) {
  if (flags == 0) {
    mink::arch::irq_enable();
  } else {
    mink::arch::irq_disable();
  }
}

void mink_local_irq_disable(void) { mink::arch::irq_disable(); }
void mink_local_irq_enable(void) { mink::arch::irq_enable(); }
int mink_irqs_disabled(void) { return mink::arch::irqs_disabled() ? 1 : 0; }

}  // extern "C"
