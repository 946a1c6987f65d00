// SPDX-License-Identifier: MIT
// Runs a function in each context that must not sleep, on the live machine.
#pragma once
#include <arch/barrier.hpp>
#include <arch/irq.hpp>
#include <board/devices.hpp>

#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

namespace mink::contexts {

using Body = void (*)();
struct Inner {
  Body body;
  volatile bool done;
  void run() {
    body();
    done = true;
  }
  void wait() {
    while (!done) schedule_timeout_uninterruptible(1);
  }
};
inline constinit Inner inner{};

inline void in_hard_interrupt(Body body) {
  inner.body = body;
  inner.done = false;
  const auto handler = [](int, void*) -> irqreturn_t {
    board::self_interrupt().lower();
    inner.run();
    return IRQ_HANDLED;
  };
  const board::SelfInterrupt self = board::self_interrupt();
  if (request_irq(self.irq, handler, 0, "contexts", &inner) != 0) return;
  self.raise();
  for (int i = 0; i < 1000 && !inner.done; ++i) arch::compiler_barrier();
  free_irq(self.irq, &inner);
}
inline void in_tasklet(Body body) {
  static tasklet_struct tasklet;
  inner.body = body;
  inner.done = false;
  tasklet_setup(&tasklet, [](tasklet_struct*) { inner.run(); });
  tasklet_schedule(&tasklet);
  inner.wait();
  tasklet_kill(&tasklet);
}
inline void in_timer(Body body) {
  static timer_list timer;
  inner.body = body;
  inner.done = false;
  timer_setup(
      &timer, [](timer_list*) { inner.run(); }, 0);
  mod_timer(&timer, jiffies + 1);
  inner.wait();
  del_timer_sync(&timer);
}
inline void under_spinlock(Body body) {
  static DEFINE_SPINLOCK(lock);
  spin_lock(&lock);
  body();
  spin_unlock(&lock);
}
inline void with_irqs_off(Body body) {
  const arch::IrqGuard guard;
  body();
}
inline constexpr void (*kAll[])(Body) = {in_tasklet, in_hard_interrupt, in_timer, under_spinlock,
                                         with_irqs_off};

}  // namespace mink::contexts
