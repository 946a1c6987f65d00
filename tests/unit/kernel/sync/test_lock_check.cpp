// SPDX-License-Identifier: MIT
#include <arch/irq.hpp>
#include <sync/spinlock.hpp>
#include "CppUTest/TestHarness.h"
#include "fakes/log.hpp"

using namespace mink;
using sync::SpinLock;

TEST_GROUP(LockCheck) {
  void setup() override { fakes::take_log(); }
  // Tells the checker that an interrupt is being handled.
  struct InIrq {
    InIrq() { sync::mink_preempt_count += sync::kHardirqOffset; }
    ~InIrq() { sync::mink_preempt_count -= sync::kHardirqOffset; }
  };
};

TEST(LockCheck, HoldingALockIsAtomic) {
  SpinLock lock{"a"};
  {
    const sync::LockGuard guard{lock};
    CHECK(lock.held());
    CHECK(sync::in_atomic());
    UNSIGNED_LONGS_EQUAL(1, mink_locks_held());
  }
  CHECK_FALSE(lock.held());
  CHECK_FALSE(sync::in_atomic());
  UNSIGNED_LONGS_EQUAL(0, mink_locks_held());
}

TEST(LockCheck, TheOrderOfRanksIsHeld) {
  SpinLock low{"low", 1};
  SpinLock high{"high", 2};
  {
    const sync::LockGuard first{low};
    const sync::LockGuard second{high};
  }
  CHECK_FALSE(fakes::logged("BUG"));
  for (int round = 0; round < 2; ++round) {
    const sync::LockGuard first{high};
    const sync::LockGuard second{low};
    CHECK_EQUAL(round == 0, fakes::logged("BUG: lock order: low"));  // once a lock
    fakes::take_log();
  }
}

TEST(LockCheck, InInterruptAndElsewhereWithInterruptsOn) {
  SpinLock lock{"shared"};
  {
    const InIrq irq;
    const sync::IrqLockGuard guard{lock};
  }
  {
    const sync::IrqLockGuard guard{lock};  // interrupts off: right
  }
  CHECK_FALSE(fakes::logged("BUG"));
  const sync::LockGuard guard{lock};
  CHECK(fakes::logged("BUG: lock shared"));
}

namespace {
// Clang sees the mistake at once; here it has to be made.
void take_twice(SpinLock& lock) NO_THREAD_SAFETY_ANALYSIS {
  lock.lock();
  lock.lock();
}
void release(SpinLock& lock) NO_THREAD_SAFETY_ANALYSIS { lock.unlock(); }
}  // namespace

TEST(LockCheck, TakingAHeldLockPanics) {
  SpinLock lock{"twice"};
  const char* message = fakes::panic_of([&] { take_twice(lock); });
  STRCMP_CONTAINS("spinlock twice", message);
  release(lock);
  sync::mink_preempt_count = 0;
}

TEST(LockCheck, ReleasingAFreeLockPanics) {
  SpinLock lock{"free"};
  const char* message = fakes::panic_of([&] { mink_lock_released(reinterpret_cast<mink_lock*>(&lock)); });
  STRCMP_CONTAINS("spinlock free", message);
  fakes::take_log();
}
