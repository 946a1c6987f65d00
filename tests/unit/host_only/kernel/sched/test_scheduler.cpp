// SPDX-License-Identifier: MIT
#include <linux/preempt.h>
#include <linux/sched.h>
#include <string>
#include "CppUTest/TestHarness.h"
#include "fakes/log.hpp"
#include "fakes/threads.hpp"

using namespace mink;
using fakes::FakeThreads;

namespace {

std::string trace;

void say_twice(void* letter) {
  trace += *static_cast<const char*>(letter);
  yield();
  trace += *static_cast<const char*>(letter);
}

void say(void* letter) { trace += *static_cast<const char*>(letter); }

}  // namespace

TEST_GROUP(Scheduler) {
  FakeThreads threads;
  void setup() override {
    trace.clear();
    fakes::take_log();
  }
  static void let_all_run() { schedule_timeout_uninterruptible(1); }
};

TEST(Scheduler, EqualsTakeTurns) {
  char a = 'a';
  char b = 'b';
  threads.start(say_twice, &a);
  threads.start(say_twice, &b);
  let_all_run();
  STRCMP_EQUAL("abab", trace.c_str());
}

TEST(Scheduler, TheMoreUrgentRunsFirstAndUntilItSleeps) {
  char low = 'l';
  char high = 'h';
  threads.start(say_twice, &low, 20);
  threads.start(say_twice, &high, 3);
  let_all_run();
  STRCMP_EQUAL("hhll", trace.c_str());
}

TEST(Scheduler, AThreadSleepsUntilItIsWoken) {
  static kernel::Thread* sleeper;
  sleeper = &threads.start(
      [](void*) {
        set_current_state(TASK_INTERRUPTIBLE);
        schedule();
        trace += 'w';
      },
      nullptr);
  let_all_run();
  STRCMP_EQUAL("", trace.c_str());
  CHECK(wake_up_process(sleeper) == 1);
  CHECK(wake_up_process(sleeper) == 0);  // it is awake already
  let_all_run();
  STRCMP_EQUAL("w", trace.c_str());
  UNSIGNED_LONGS_EQUAL(2, sleeper->nvcsw);  // slept, and ended
}

TEST(Scheduler, AWakeUpBetweenTheLookAndTheSleepIsNotLost) {
  threads.start(
      [](void*) {
        set_current_state(TASK_UNINTERRUPTIBLE);
        wake_up_process(current);  // as an interrupt would
        schedule();
        trace += 'w';
      },
      nullptr);
  let_all_run();
  STRCMP_EQUAL("w", trace.c_str());
}

TEST(Scheduler, AThreadPreemptedOnItsWayToSleepGoesOn) {
  threads.start(
      [](void*) {
        set_current_state(TASK_UNINTERRUPTIBLE);
        kernel::scheduler.preempt();  // the tick, before it looked at its condition
        __set_current_state(TASK_RUNNING);
        trace += 'g';
      },
      nullptr);
  let_all_run();
  STRCMP_EQUAL("g", trace.c_str());
}

TEST(Scheduler, TheTickEndsATurnOnlyWhenAnEqualWaits) {
  for (unsigned i = 0; i < 3 * kernel::Scheduler::kSliceTicks; ++i) CHECK_FALSE(FakeThreads::tick());
  char a = 'a';
  threads.start(say, &a);
  unsigned ticks = 0;
  while (!FakeThreads::tick()) CHECK(++ticks <= kernel::Scheduler::kSliceTicks);
  STRCMP_EQUAL("", trace.c_str());
  CHECK(cond_resched() == 1);
  STRCMP_EQUAL("a", trace.c_str());
}

TEST(Scheduler, AWakeUpOfAMoreUrgentThreadTakesEffectWhenPreemptionIsOnAgain) {
  char h = 'h';
  sync::preempt_disable();
  threads.start(say, &h, 2);
  STRCMP_EQUAL("", trace.c_str());
  sync::preempt_enable();
  STRCMP_EQUAL("h", trace.c_str());
  // The same by Linux's names.
  char again = 'a';
  ::preempt_disable();
  threads.start(say, &again, 2);
  STRCMP_EQUAL("h", trace.c_str());
  ::preempt_enable();
  STRCMP_EQUAL("ha", trace.c_str());
}

TEST(Scheduler, SchedulingWhileAtomicIsReportedAndRefused) {
  char a = 'a';
  threads.start(say, &a);
  sync::preempt_disable();
  schedule();
  sync::preempt_enable_no_resched();
  CHECK(fakes::logged("BUG: scheduling while atomic: test/0/0x00000001"));
  STRCMP_EQUAL("", trace.c_str());
  let_all_run();
}

TEST(Scheduler, ATimeoutSleepsForItsTicks) {
  const unsigned long start = jiffies;
  LONGS_EQUAL(0, schedule_timeout_uninterruptible(7));
  UNSIGNED_LONGS_EQUAL(7, jiffies - start);
  CHECK(threads.idle_ticks >= 7);
}

TEST(Scheduler, AnEarlyWakeUpReturnsTheTicksLeft) {
  static task_struct* self;
  self = current;
  threads.start(
      [](void*) {
        schedule_timeout_uninterruptible(3);
        wake_up_process(self);
      },
      nullptr);
  LONGS_EQUAL(7, schedule_timeout_uninterruptible(10));
}

TEST(Scheduler, EachThreadHasItsOwnPreemptCount) {
  static unsigned seen;
  threads.start([](void*) { seen = sync::preempt_count(); }, nullptr, 2);
  kernel::scheduler.preempt();
  UNSIGNED_LONGS_EQUAL(0, seen);
  UNSIGNED_LONGS_EQUAL(0, sync::preempt_count());
}

TEST(Scheduler, PriorityCanChangeWhileReady) {
  char a = 'a';
  char b = 'b';
  threads.start(say, &a, 10);
  kernel::Thread& second = threads.start(say, &b, 20);
  kernel::scheduler.set_priority(second, 4);
  let_all_run();
  STRCMP_EQUAL("ba", trace.c_str());
}
