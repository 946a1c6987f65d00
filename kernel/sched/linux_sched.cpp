// SPDX-License-Identifier: MIT
// <linux/sched.h>: the scheduler by Linux's names, and sleeping for a time.
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/timer.h>
#include <base/assert.hpp>
#include <sync/preempt.hpp>
#include "sched/scheduler.hpp"

namespace mink::kernel {
namespace {

// A sleeper's alarm: lives on its stack for as long as it sleeps.
struct Alarm {
  timer_list timer;
  Thread* sleeper;
};

void ring(timer_list* timer) {
  Alarm* const alarm = reinterpret_cast<Alarm*>(timer);  // its first member
  scheduler.wake(*alarm->sleeper);
}

}  // namespace
}  // namespace mink::kernel

using mink::kernel::scheduler;

extern "C" {

void schedule(void) { scheduler.schedule(); }

long schedule_timeout(long timeout) {
  if (timeout == MAX_SCHEDULE_TIMEOUT) {
    scheduler.schedule();
    return timeout;
  }
  if (timeout < 0) {
    printk(KERN_ERR "schedule_timeout: wrong timeout value %ld\n", timeout);
    dump_stack();
    __set_current_state(TASK_RUNNING);
    return 0;
  }
  const unsigned long expire = jiffies + static_cast<unsigned long>(timeout);
  mink::kernel::Alarm alarm{};
  alarm.sleeper = &scheduler.running();
  timer_setup(&alarm.timer, mink::kernel::ring, 0);
  mod_timer(&alarm.timer, expire);
  scheduler.schedule();
  del_timer_sync(&alarm.timer);
  const long left = static_cast<long>(expire - jiffies);
  return left < 0 ? 0 : left;
}

long schedule_timeout_interruptible(long timeout) {
  __set_current_state(TASK_INTERRUPTIBLE);
  return schedule_timeout(timeout);
}

long schedule_timeout_uninterruptible(long timeout) {
  __set_current_state(TASK_UNINTERRUPTIBLE);
  return schedule_timeout(timeout);
}

int wake_up_process(struct task_struct* task) {
  return scheduler.wake(mink::kernel::thread_of(task)) ? 1 : 0;
}

// One tick more: the present one may be nearly over.
void msleep(unsigned int ms) {
  might_sleep();
  const unsigned long ticks = msecs_to_jiffies(ms) + 1;
  const unsigned long until = jiffies + ticks;
  while (time_before(jiffies, until)) schedule_timeout_uninterruptible(static_cast<long>(until - jiffies));
}

void ssleep(unsigned int seconds) { msleep(seconds * 1000); }

int cond_resched(void) {
  if (!mink::sync::mink_need_resched || mink::sync::in_atomic()) return 0;
  scheduler.preempt();
  return 1;
}

void yield(void) {
  __set_current_state(TASK_RUNNING);
  scheduler.schedule();
}

}  // extern "C"
