// SPDX-License-Identifier: MIT
// Callbacks wait in `next` until a tick interrupts a thread that may be preempted; then every reader that was there when
// they were registered has finished, and they are `done`.
#include <linux/completion.h>
#include <linux/rcupdate.h>
#include <linux/softirq.h>
#include <arch/irq.hpp>
#include "softirq/rcu_softirq.hpp"

using mink::arch::IrqGuard;

namespace {

struct Callbacks {
  rcu_head* first = nullptr;
  rcu_head* last = nullptr;
  void push(rcu_head* head) {
    head->next = nullptr;
    (first == nullptr ? first : last->next) = head;
    last = head;
  }
  void take(Callbacks& other) {
    if (other.first == nullptr) return;
    (first == nullptr ? first : last->next) = other.first;
    last = other.last;
    other = Callbacks{};
  }
};
constinit Callbacks next_period{};
constinit Callbacks done{};

void run_done() {
  rcu_head* head = nullptr;
  {
    const IrqGuard irqs_off;
    head = done.first;
    done = Callbacks{};
  }
  while (head != nullptr) {
    rcu_head* const next = head->next;
    head->func(head);  // may free the head
    head = next;
  }
}

struct Waiter {
  rcu_head head;
  completion passed;
};

}  // namespace

namespace mink::kernel {

void rcu_init() { open_softirq(RCU_SOFTIRQ, run_done); }

void rcu_tick(unsigned interrupted_preempt_count) {
  if (interrupted_preempt_count != 0 || next_period.first == nullptr) return;
  done.take(next_period);
  raise_softirq(RCU_SOFTIRQ);
}

}  // namespace mink::kernel

extern "C" {

void call_rcu(struct rcu_head* head, void (*func)(struct rcu_head* head)) {
  const IrqGuard irqs_off;
  head->func = func;
  next_period.push(head);
}

void synchronize_rcu(void) {
  Waiter waiter{};
  init_completion(&waiter.passed);
  call_rcu(&waiter.head, [](rcu_head* head) { complete(&reinterpret_cast<Waiter*>(head)->passed); });
  wait_for_completion(&waiter.passed);
}

// Callbacks run in the order they were registered, so the last one's turn is after all of them.
void rcu_barrier(void) { synchronize_rcu(); }

}  // extern "C"
