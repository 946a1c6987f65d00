// SPDX-License-Identifier: MIT
// Ties the tick, the interrupt's end, timers, RCU and the scheduler together.
#include <kernel/irq_core.hpp>
#include <kernel/kmap_wait.hpp>
#include <kernel/sched.hpp>
#include <kernel/softirq.hpp>
#include <kernel/tick.hpp>
#include <kernel/workqueue.hpp>
#include <mm/kernel_memory.hpp>
#include <sync/preempt.hpp>

#include <linux/softirq.h>

#include "softirq/rcu_softirq.hpp"

namespace mink::kernel {

namespace {

void on_tick() {
  sched_tick();
  rcu_tick(sync::preempt_count() - sync::kHardirqOffset);  // of what the tick interrupted
}

}  // namespace

void init_softirqs() {
  softirq_init();
  open_softirq(TIMER_SOFTIRQ, run_timers);
  set_timer_trigger([] { raise_softirq(TIMER_SOFTIRQ); });
  irq_core().set_softirq(serve_softirqs);
}

void init_threads() {
  sched_init();
  (void)set_tick_hook(on_tick);
  mm::kernel_memory().kmap.set_waiters(&kmap_waiters());
}

void start_service_threads() {
  start_ksoftirqd();
  workqueue_init();
}

}  // namespace mink::kernel
