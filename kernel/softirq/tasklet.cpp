// SPDX-License-Identifier: MIT
// Tasklets: two queues, urgent and normal, each served by its softirq.
#include <base/log.h>
#include <linux/sched.h>
#include <linux/softirq.h>
#include <arch/irq.hpp>
#include <kernel/softirq.hpp>
#include "softirq/rcu_softirq.hpp"

using mink::arch::IrqGuard;

namespace {

struct Queue {
  tasklet_struct* first = nullptr;
  tasklet_struct** last = nullptr;  // where the next one is hung; null: at first

  void push(tasklet_struct* t) {
    t->next = nullptr;
    *(last != nullptr ? last : &first) = t;
    last = &t->next;
  }
  tasklet_struct* take_all() {
    tasklet_struct* const all = first;
    *this = Queue{};
    return all;
  }
};
constinit Queue normal{};
constinit Queue urgent{};

void schedule_on(Queue& queue, unsigned softirq, tasklet_struct* t) {
  const IrqGuard irqs_off;
  if ((t->state & TASKLET_STATE_SCHED) != 0) return;
  t->state |= TASKLET_STATE_SCHED;
  queue.push(t);
  raise_softirq(softirq);
}

void run_all(Queue& queue, unsigned softirq) {
  tasklet_struct* t = nullptr;
  {
    const IrqGuard irqs_off;
    t = queue.take_all();
  }
  while (t != nullptr) {
    tasklet_struct* const next = t->next;
    {
      const IrqGuard irqs_off;
      if (t->count > 0) {
        // Disabled: waits in the queue, and is looked at again at the next round.
        queue.push(t);
        raise_softirq(softirq);
        t = next;
        continue;
      }
      t->state = (t->state & ~TASKLET_STATE_SCHED) | TASKLET_STATE_RUN;
    }
    if (t->use_callback != 0) {
      t->callback(t);
    } else {
      t->func(t->data);
    }
    {
      const IrqGuard irqs_off;
      t->state &= ~TASKLET_STATE_RUN;
    }
    t = next;
  }
}

}  // namespace

namespace mink::kernel {

void softirq_init() {
  open_softirq(HI_SOFTIRQ, [] { run_all(urgent, HI_SOFTIRQ); });
  open_softirq(TASKLET_SOFTIRQ, [] { run_all(normal, TASKLET_SOFTIRQ); });
  rcu_init();
}

}  // namespace mink::kernel

extern "C" {

void tasklet_setup(struct tasklet_struct* t, void (*callback)(struct tasklet_struct*)) {
  *t = tasklet_struct{};
  t->callback = callback;
  t->use_callback = 1;
}

void tasklet_init(struct tasklet_struct* t, void (*func)(unsigned long), unsigned long data) {
  *t = tasklet_struct{};
  t->func = func;
  t->data = data;
}

void tasklet_schedule(struct tasklet_struct* t) { schedule_on(normal, TASKLET_SOFTIRQ, t); }
void tasklet_hi_schedule(struct tasklet_struct* t) { schedule_on(urgent, HI_SOFTIRQ, t); }

void tasklet_disable(struct tasklet_struct* t) {
  const IrqGuard irqs_off;
  ++t->count;
}

void tasklet_enable(struct tasklet_struct* t) {
  const IrqGuard irqs_off;
  --t->count;
}

void tasklet_kill(struct tasklet_struct* t) {
  while ((static_cast<volatile tasklet_struct*>(t)->state & (TASKLET_STATE_SCHED | TASKLET_STATE_RUN)) != 0) {
    schedule_timeout_uninterruptible(1);
  }
}

}  // extern "C"
