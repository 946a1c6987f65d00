// SPDX-License-Identifier: MIT
#include "sched/scheduler.hpp"
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <cstring>
#include <mm/kernel_memory.hpp>
#include <sync/preempt.hpp>

extern "C" {
constinit task_struct* mink_current = nullptr;
}

namespace mink::kernel {

constinit Scheduler scheduler{};

namespace {
void name_thread(Thread& thread, const char* name) {
  std::size_t length = std::strlen(name);
  if (length >= sizeof thread.comm) length = sizeof thread.comm - 1;
  std::memcpy(thread.comm, name, length);
  thread.comm[length] = '\0';
}
}  // namespace

void Scheduler::start(Thread& boot, const char* name, int prio) {
  add(boot, name, prio);
  boot.__state = TASK_RUNNING;
  boot.slice = kSliceTicks;
  running_ = &boot;
  mink_current = &boot;
}

void Scheduler::add(Thread& thread, const char* name, int prio) {
  MINK_ASSERT(prio >= 0 && prio < RunQueue::kPriorities);
  const arch::IrqGuard irqs_off;
  name_thread(thread, name);
  thread.__state = TASK_NEW;
  thread.prio = prio;
  thread.pid = last_pid_++;
  // Every thread but the first wakes up inside schedule(), with what schedule() itself holds.
  thread.saved_preempt_count = 0;
  all_.push_back(thread);
}

void Scheduler::remove(Thread& thread) {
  const arch::IrqGuard irqs_off;
  MINK_ASSERT(thread.__state == TASK_DEAD && &thread != running_);
  all_.erase(thread);
}

void Scheduler::schedule() {
  if (sync::in_atomic()) {
    printk(KERN_ERR "BUG: scheduling while atomic: %s/%d/0x%08x\n", running_->comm, running_->pid,
           sync::preempt_count());
    dump_stack();
    // Going on would switch away with a lock held. The caller spins on its condition instead of sleeping.
    running_->__state = TASK_RUNNING;
    return;
  }
  const arch::IrqGuard irqs_off;
  switch_away(false);
}

void Scheduler::preempt() {
  const arch::IrqGuard irqs_off;
  if (!sync::in_atomic()) switch_away(true);
}

void Scheduler::switch_away(bool preempted) {
  Thread& from = *running_;
  sync::mink_need_resched = false;
  const bool stays_ready = preempted || from.__state == TASK_RUNNING;
  if (stays_ready && &from != idle_) {
    if (preempted && from.slice != 0) {
      ready_.push_front(from);
    } else {
      from.slice = kSliceTicks;
      ready_.push_back(from);
    }
  }
  Thread* to = ready_.pop();
  if (to == nullptr) to = idle_;
  MINK_ASSERT(to != nullptr);  // everybody sleeps and there is no idle thread
  if (to == &from) return;
  ++(stays_ready ? from.nivcsw : from.nvcsw);
  ++switches_;
  if (to->slice == 0) to->slice = kSliceTicks;
  from.saved_preempt_count = sync::mink_preempt_count;
  sync::mink_preempt_count = to->saved_preempt_count;
  running_ = to;
  mink_current = to;
  mm::kernel_memory().pages.set_account(to->account);
  mm::LocalWindows& windows = mm::kernel_memory().local_windows;
  from.windows.depth = 0;
  if (windows.depth() != 0) [[unlikely]]
    windows.save(from.windows);
  if (to->windows.depth != 0) [[unlikely]]
    windows.restore(to->windows);
  arch::set_running_stack(to->comm, to->stack, to->stack_size);
  arch::context_switch(from.context, to->context);
}

bool Scheduler::wake(Thread& thread) {
  const arch::IrqGuard irqs_off;
  if (thread.__state == TASK_RUNNING || thread.__state == TASK_DEAD) return false;
  thread.__state = TASK_RUNNING;
  // On its way to sleep but not asleep yet, or preempted there: it goes on by itself.
  if (&thread == running_ || thread.run_node.linked()) return true;
  thread.slice = kSliceTicks;
  ready_.push_back(thread);
  request_reschedule_if_better(thread);
  return true;
}

void Scheduler::request_reschedule_if_better(const Thread& ready) {
  if (running_ == idle_ || ready.prio < running_->prio) sync::mink_need_resched = true;
}

void Scheduler::tick() {
  if (running_ == nullptr) return;
  Thread& thread = *running_;
  ++thread.ticks;
  if (&thread == idle_) {
    if (ready_.best() != RunQueue::kNone) sync::mink_need_resched = true;
    return;
  }
  if (thread.slice > 0) --thread.slice;
  if (thread.slice == 0 && ready_.best() <= thread.prio) sync::mink_need_resched = true;
}

void Scheduler::set_priority(Thread& thread, int prio) {
  MINK_ASSERT(prio >= 0 && prio < RunQueue::kPriorities);
  const arch::IrqGuard irqs_off;
  if (thread.run_node.linked()) {
    ready_.erase(thread);
    thread.prio = prio;
    ready_.push_back(thread);
    request_reschedule_if_better(thread);
  } else {
    thread.prio = prio;
    if (&thread == running_ && ready_.best() < prio) sync::mink_need_resched = true;
  }
}

}  // namespace mink::kernel

// The hooks of preempt_enable() and of the return from an interrupt: the count is zero and somebody is due.
extern "C" void mink_preempt_schedule(void) {
  if (mink::kernel::scheduler.started() && !mink::arch::irqs_disabled()) mink::kernel::scheduler.preempt();
}
extern "C" void mink_preempt_irq(void) {
  if (mink::kernel::scheduler.started()) mink::kernel::scheduler.preempt();
}
