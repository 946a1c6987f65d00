// SPDX-License-Identifier: MIT
// Threads on the machine: real switches, real preemption, real faults.
#include <arch/irq.hpp>
#include <mm/kernel_memory.hpp>

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/rcupdate.h>
#include <linux/softirq.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include "CppUTest/TestHarness.h"
#include "fakes/log.hpp"

namespace {

volatile int shared;

int count_up(void*) {
  while (!kthread_should_stop()) shared = shared + 1;
  return 7;
}

int sleeper(void*) {
  for (;;) {
    set_current_state(TASK_INTERRUPTIBLE);  // first: who tells it to stop after the look wakes it
    if (kthread_should_stop()) break;
    schedule();
  }
  __set_current_state(TASK_RUNNING);
  return 3;
}

// For what comes soon on any host that runs us at all.
constexpr unsigned long kPatience = 60 * HZ;

}  // namespace

TEST_GROUP(Threads){void setup() override{shared = 0;
mink::fakes::take_log();
}
}
;

TEST(Threads, AThreadRunsAndIsStopped) {
  task_struct* const thread = kthread_run(sleeper, nullptr, "sleeper/%d", 1);
  CHECK_FALSE(IS_ERR(thread));
  STRCMP_EQUAL("sleeper/1", thread->comm);
  schedule_timeout_uninterruptible(1);
  LONGS_EQUAL(3, kthread_stop(thread));
}

TEST(Threads, OneThatNeverRanIsStoppedWithEintr) {
  task_struct* const thread = kthread_create(count_up, nullptr, "never");
  LONGS_EQUAL(-EINTR, kthread_stop(thread));
  LONGS_EQUAL(0, shared);
}

TEST(Threads, TheTickPreemptsOneThatNeverSleeps) {
  task_struct* const thread = kthread_run(count_up, nullptr, "busy");
  const unsigned long start = jiffies;
  while (shared == 0 && jiffies - start < kPatience) {
  }
  CHECK(shared != 0);  // it ran though neither of us gave the CPU away
  LONGS_EQUAL(7, kthread_stop(thread));
}

TEST(Threads, TheMemoryOfThreadsComesBack) {
  const auto round = [] {
    for (int i = 0; i < 20; ++i) {
      task_struct* const thread = kthread_run(sleeper, nullptr, "t%d", i);
      kthread_stop(thread);
    }
    schedule_timeout_uninterruptible(2);  // kthreadd frees what still ended last
    // In this order: the purge frees areas, the shrink pages of them, which stay on the lists.
    mink::mm::kernel_memory().vmalloc.purge();
    mink::mm::kernel_memory().slab.shrink(GFP_KERNEL, 100000);
    mink::mm::kernel_memory().pages.drain_lists();
    return mink::mm::kernel_memory().pages.free_pages();
  };
  const std::size_t before = round();
  UNSIGNED_LONGS_EQUAL(before, round());
}

TEST(Threads, AFaultKillsItsThreadAlone) {
  static volatile bool went_on;
  went_on = false;
  task_struct* const thread = kthread_create(
      [](void*) {
        volatile int* volatile nowhere = nullptr;
        *nowhere = 1;
        went_on = true;
        return 0;
      },
      nullptr, "wild");
  get_task_struct(thread);
  wake_up_process(thread);
  schedule_timeout_uninterruptible(5);
  CHECK_FALSE(went_on);
  CHECK(mink::fakes::logged("killed by its fault"));
  put_task_struct(thread);
}

TEST(Threads, AStackOverflowFaultsInTheGuardAndIsReported) {
  static int (*recurse)(int);
  recurse = [](int n) {
    volatile char room[512];
    room[n & 511] = 1;
    const int below = recurse(n + 1);
    return below + room[n & 511];
  };
  task_struct* const thread = kthread_create([](void*) { return recurse(0); }, nullptr, "deep");
  get_task_struct(thread);
  wake_up_process(thread);
  schedule_timeout_uninterruptible(5);
  CHECK(mink::fakes::logged("stack overflow: access to the guard"));
  CHECK(mink::fakes::logged("deep stack, overflowed"));
  CHECK(mink::fakes::logged("killed by its fault"));
  put_task_struct(thread);
}

TEST(Threads, MsleepSleepsAtLeastThatLong) {
  const unsigned long start = jiffies;
  const unsigned long switches = current->nvcsw;
  msleep(50);
  CHECK(jiffies - start >= 5);
  CHECK(current->nvcsw > switches);
}

TEST(Threads, SleepingWhereItIsForbiddenIsReported) {
  preempt_disable();
  schedule();
  preempt_enable();
  CHECK(mink::fakes::logged("BUG: scheduling while atomic"));
}

TEST(Threads, ATimerRunsInASoftirqAndATaskletToo) {
  static struct {
    timer_list timer;
    tasklet_struct tasklet;
    completion done;
    bool timer_softirq, tasklet_softirq;
  } both;
  both = {};
  init_completion(&both.done);
  tasklet_setup(&both.tasklet, [](tasklet_struct*) {
    both.tasklet_softirq = in_softirq() != 0 && in_irq() == 0 && !mink::arch::irqs_disabled();
    complete(&both.done);
  });
  timer_setup(
      &both.timer,
      [](timer_list*) {
        both.timer_softirq = in_softirq() != 0 && in_irq() == 0;
        tasklet_schedule(&both.tasklet);
      },
      0);
  mod_timer(&both.timer, jiffies + 1);
  CHECK(wait_for_completion_timeout(&both.done, kPatience) != 0);
  CHECK(both.timer_softirq);
  CHECK(both.tasklet_softirq);
}

TEST(Threads, WorkRunsInAThreadAndMaySleep) {
  static bool slept;
  slept = false;
  static DECLARE_WORK(work, [](work_struct*) {
    msleep(20);
    slept = in_task() != 0;
  });
  CHECK(schedule_work(&work) == 1);
  CHECK(schedule_work(&work) == 0);
  CHECK(flush_work(&work) == 1);
  CHECK(slept);
  CHECK(flush_work(&work) == 0);
}

TEST(Threads, DelayedWorkWaitsAndCanBeCancelled) {
  static volatile int runs;
  static unsigned long ran_at;
  runs = 0;
  static delayed_work work;
  INIT_DELAYED_WORK(&work, [](work_struct*) {
    ran_at = jiffies;
    runs = runs + 1;
  });
  const unsigned long start = jiffies;
  schedule_delayed_work(&work, 3);
  while (runs == 0 && jiffies - start < kPatience) msleep(10);
  LONGS_EQUAL(1, runs);
  CHECK(ran_at - start >= 3);
  schedule_delayed_work(&work, kPatience);
  CHECK(cancel_delayed_work_sync(&work) == 1);
  CHECK_FALSE(timer_pending(&work.timer));
  CHECK(list_empty(&work.work.entry));
}

TEST(Threads, AQueueOfItsOwnIsEmptiedBeforeItGoes) {
  static int runs;
  runs = 0;
  workqueue_struct* const queue = alloc_workqueue("own", 0, 1);
  static work_struct work[3];
  for (work_struct& each : work) {
    INIT_WORK(&each, [](work_struct*) { ++runs; });
    queue_work(queue, &each);
  }
  destroy_workqueue(queue);
  LONGS_EQUAL(3, runs);
}

TEST(Threads, RcuCallbacksRunAfterTheReaders) {
  static bool called;
  called = false;
  static rcu_head head;
  rcu_read_lock();
  call_rcu(&head, [](rcu_head*) { called = true; });
  const unsigned long start = jiffies;
  while (jiffies - start < 3) {
  }
  CHECK_FALSE(called);
  rcu_read_unlock();
  synchronize_rcu();
  CHECK(called);
}
