// SPDX-License-Identifier: MIT
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <string>
#include "CppUTest/TestHarness.h"
#include "fakes/log.hpp"
#include "fakes/threads.hpp"

using namespace mink;
using fakes::FakeThreads;

namespace {
std::string trace;
}

TEST_GROUP(SleepingLocks) {
  FakeThreads threads;
  void setup() override {
    trace.clear();
    fakes::take_log();
  }
  static void let_all_run() { schedule_timeout_uninterruptible(20); }
};

TEST(SleepingLocks, WaitEventSleepsUntilItsConditionHolds) {
  static wait_queue_head_t queue;
  static int value;
  init_waitqueue_head(&queue);
  value = 0;
  threads.start(
      [](void*) {
        wait_event(queue, value == 2);
        trace += 'd';
      },
      nullptr);
  let_all_run();
  CHECK(waitqueue_active(&queue));
  value = 1;
  wake_up(&queue);
  let_all_run();
  STRCMP_EQUAL("", trace.c_str());
  value = 2;
  wake_up(&queue);
  let_all_run();
  STRCMP_EQUAL("d", trace.c_str());
  CHECK_FALSE(waitqueue_active(&queue));
}

TEST(SleepingLocks, WaitEventTimeoutReturnsWhatIsLeft) {
  wait_queue_head_t queue;
  init_waitqueue_head(&queue);
  LONGS_EQUAL(0, wait_event_timeout(queue, false, 5));
  LONGS_EQUAL(5, wait_event_timeout(queue, true, 5));
}

TEST(SleepingLocks, OneWakeUpOneExclusiveSleeper) {
  static wait_queue_head_t queue;
  init_waitqueue_head(&queue);
  const auto sleep_exclusive = [](void* letter) {
    wait_queue_entry_t wait;
    init_wait(&wait);
    prepare_to_wait_exclusive(&queue, &wait, TASK_UNINTERRUPTIBLE);
    schedule();
    finish_wait(&queue, &wait);
    trace += *static_cast<const char*>(letter);
  };
  char a = 'a';
  char b = 'b';
  threads.start(sleep_exclusive, &a);
  threads.start(sleep_exclusive, &b);
  let_all_run();
  wake_up(&queue);
  let_all_run();
  STRCMP_EQUAL("a", trace.c_str());
  wake_up(&queue);
  let_all_run();
  STRCMP_EQUAL("ab", trace.c_str());
}

TEST(SleepingLocks, CompletionsCount) {
  static struct completion done;
  init_completion(&done);
  complete(&done);
  complete(&done);
  CHECK(try_wait_for_completion(&done) == 1);
  wait_for_completion(&done);
  CHECK(try_wait_for_completion(&done) == 0);
  UNSIGNED_LONGS_EQUAL(0, wait_for_completion_timeout(&done, 3));
  complete_all(&done);
  wait_for_completion(&done);
  CHECK(completion_done(&done) == 1);
}

TEST(SleepingLocks, MutexGoesToSleepersInTheirOrder) {
  static struct mutex lock;
  mutex_init(&lock);
  const auto body = [](void* letter) {
    mutex_lock(&lock);
    trace += *static_cast<const char*>(letter);
    schedule_timeout_uninterruptible(2);
    trace += *static_cast<const char*>(letter);
    mutex_unlock(&lock);
  };
  char a = 'a';
  char b = 'b';
  char c = 'c';
  mutex_lock(&lock);
  for (char* letter : {&a, &b, &c}) threads.start(body, letter);
  schedule_timeout_uninterruptible(1);
  CHECK(mutex_trylock(&lock) == 0);
  mutex_unlock(&lock);
  let_all_run();
  STRCMP_EQUAL("aabbcc", trace.c_str());
  CHECK(mutex_is_locked(&lock) == 0);
}

TEST(SleepingLocks, MutexMisuseIsNamed) {
  static struct mutex lock;
  mutex_init(&lock);
  mutex_lock(&lock);
  mutex_lock(&lock);
  CHECK(fakes::logged("taken again by its owner test/0"));
  threads.start([](void*) { mutex_unlock(&lock); }, nullptr);
  let_all_run();
  CHECK(fakes::logged("released by worker"));
  CHECK(mutex_is_locked(&lock) == 1);
  mutex_unlock(&lock);
}

TEST(SleepingLocks, SemaphoreLetsSoManyIn) {
  static struct semaphore sem;
  static int inside;
  static int most;
  inside = most = 0;
  sema_init(&sem, 2);
  for (int i = 0; i < 5; ++i) {
    threads.start(
        [](void*) {
          down(&sem);
          if (++inside > most) most = inside;
          schedule_timeout_uninterruptible(1);
          --inside;
          up(&sem);
        },
        nullptr);
  }
  let_all_run();
  LONGS_EQUAL(2, most);
  LONGS_EQUAL(0, inside);
  LONGS_EQUAL(0, down_trylock(&sem));
  LONGS_EQUAL(0, down_timeout(&sem, 1));
  LONGS_EQUAL(1, down_trylock(&sem));
  LONGS_EQUAL(-ETIME, down_timeout(&sem, 3));
}

TEST(SleepingLocks, WritersExcludeAndAreNotStarved) {
  static struct rw_semaphore sem;
  init_rwsem(&sem);
  down_read(&sem);
  CHECK(down_read_trylock(&sem) == 1);
  threads.start(
      [](void*) {
        down_write(&sem);
        trace += 'w';
        up_write(&sem);
      },
      nullptr);
  schedule_timeout_uninterruptible(1);
  threads.start(
      [](void*) {
        down_read(&sem);
        trace += 'r';
        up_read(&sem);
      },
      nullptr);
  schedule_timeout_uninterruptible(1);
  STRCMP_EQUAL("", trace.c_str());
  CHECK(down_read_trylock(&sem) == 0);  // the waiting writer comes first
  up_read(&sem);
  up_read(&sem);
  let_all_run();
  STRCMP_EQUAL("wr", trace.c_str());
  down_write(&sem);
  downgrade_write(&sem);
  CHECK(down_read_trylock(&sem) == 1);
  CHECK(down_write_trylock(&sem) == 0);
}
