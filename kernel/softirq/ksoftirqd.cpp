// SPDX-License-Identifier: MIT
// The thread that serves the softirqs that keep coming back, at a priority of its own, so that others go on.
#include <base/log.h>
#include <linux/kthread.h>
#include <arch/irq.hpp>
#include <kernel/softirq.hpp>

namespace mink::kernel {

namespace {

int ksoftirqd(void*) {
  while (!kthread_should_stop()) {
    set_current_state(TASK_INTERRUPTIBLE);
    if (!softirqs_pending()) schedule();
    __set_current_state(TASK_RUNNING);
    {
      const arch::IrqGuard irqs_off;
      serve_softirqs();
    }
    cond_resched();
  }
  return 0;
}

}  // namespace

void start_ksoftirqd() {
  task_struct* const thread = kthread_run(ksoftirqd, nullptr, "ksoftirqd/0");
  if (IS_ERR(thread)) panic("no memory for ksoftirqd");
  set_ksoftirqd(*thread);
}

}  // namespace mink::kernel
