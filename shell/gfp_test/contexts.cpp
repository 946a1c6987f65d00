// SPDX-License-Identifier: MIT
// The contexts that must not sleep: hard interrupt, tasklet, timer, under a spinlock.
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <kernel/spare_timer.hpp>

#include "gfp_test/scene.hpp"

namespace mink::shell {
namespace {

constexpr unsigned kInterruptHz = 1000;
constexpr unsigned long kPatience = HZ;  // until an interrupt must have come

struct Errand {
  void (*body)(void*);
  void* data;
  volatile bool done;
  void run() {
    body(data);
    done = true;
  }
  void wait() const {
    const unsigned long end = jiffies + kPatience;
    while (!done && time_before(jiffies, end)) schedule_timeout_uninterruptible(1);
  }
};
constinit Errand errand{};

irqreturn_t on_interrupt(int, void* source) {
  kernel::TickDevice& device = *static_cast<const kernel::SpareTimer*>(source)->device;
  if (!device.acknowledge()) return IRQ_NONE;
  device.stop();
  if (!errand.done) errand.run();
  return IRQ_HANDLED;
}

bool in_interrupt_handler(void (*body)(void*), void* data) {
  static kernel::SpareTimer source;
  if (kernel::spare_timer() == nullptr) return false;
  source = *kernel::spare_timer();
  errand = {body, data, false};
  if (request_irq(source.irq, on_interrupt, 0, "gfp test", &source) != 0) return false;
  source.device->start(kInterruptHz);
  errand.wait();
  source.device->stop();
  free_irq(source.irq, &source);
  return errand.done;
}

bool in_tasklet(void (*body)(void*), void* data) {
  static tasklet_struct tasklet;
  errand = {body, data, false};
  tasklet_setup(&tasklet, [](tasklet_struct*) { errand.run(); });
  tasklet_schedule(&tasklet);
  errand.wait();
  tasklet_kill(&tasklet);
  return errand.done;
}

bool in_timer(void (*body)(void*), void* data) {
  static timer_list timer;
  errand = {body, data, false};
  timer_setup(
      &timer, [](timer_list*) { errand.run(); }, 0);
  mod_timer(&timer, jiffies + 1);
  errand.wait();
  del_timer_sync(&timer);
  return errand.done;
}

bool under_spinlock(void (*body)(void*), void* data) {
  static DEFINE_SPINLOCK(lock);
  unsigned long flags;
  spin_lock_irqsave(&lock, flags);
  body(data);
  spin_unlock_irqrestore(&lock, flags);
  return true;
}

}  // namespace

constinit const AtomicContext kAtomicContextTable[kAtomicContexts] = {
    {"hard interrupt", in_interrupt_handler},
    {"tasklet", in_tasklet},
    {"timer", in_timer},
    {"spinlock held", under_spinlock},
};

}  // namespace mink::shell
