// SPDX-License-Identifier: MIT
// A function that may sleep was called where nobody may: said once for each caller, as Linux words it.
#include <linux/kernel.h>

#include <arch/irq.hpp>
#include <kernel/sched.hpp>
#include <sync/preempt.hpp>

#include <linux/sched.h>

namespace {

constexpr unsigned kCallers = 32;
struct Told {
  const void* caller[kCallers] = {};
  unsigned count = 0;
};
constinit Told told{};
constinit bool checking = false;

bool tell(const void* caller) {
  const mink::arch::IrqGuard irqs_off;
  for (unsigned i = 0; i < told.count; ++i) {
    if (told.caller[i] == caller) return false;
  }
  if (told.count == kCallers) return false;
  told.caller[told.count++] = caller;
  return true;
}

}  // namespace

void mink::kernel::begin_sleep_checks() { checking = true; }

extern "C" void __might_sleep(const char* file, int line, const void* caller) {
  using namespace mink;
  const bool irqs_off = arch::irqs_disabled();
  if ((!sync::in_atomic() && !irqs_off) || !checking || !tell(caller)) return;
  printk(KERN_ERR "BUG: sleeping function called from invalid context at %s:%d\n", file, line);
  printk(KERN_ERR "in_atomic(): %d, irqs_disabled(): %d, non_block: 0, pid: %d, name: %s\n",
         sync::in_atomic() ? 1 : 0, irqs_off ? 1 : 0, current->pid, current->comm);
  printk(KERN_ERR "preempt_count: %x, expected: 0, called from %pS\n", sync::preempt_count(), caller);
  dump_stack();
}
