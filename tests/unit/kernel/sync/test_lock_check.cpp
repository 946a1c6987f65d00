// SPDX-License-Identifier: MIT
#include <arch/irq.hpp>
#include <initializer_list>
#include <sync/lock_stat.hpp>
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

TEST(LockCheck, TwoOfOneRankAreOutOfOrder) {
  SpinLock one{"one", 2};
  SpinLock other{"other", 2};
  const sync::LockGuard first{one};
  const sync::LockGuard second{other};
  CHECK(fakes::logged("BUG: lock order: other"));
  fakes::take_log();
}

TEST(LockCheck, TheLongestHoldIsMeasured) {
  static std::uint64_t now;
  now = 1000;
  SpinLock before{"before", sync::kRankPageCache};
  SpinLock inner{"inner", sync::kRankKmap};
  {
    const sync::LockGuard unmeasured{before};
    sync::measure_locks([] { return now; });
    now += 7;
    for (const unsigned hold : {3u, 9u, 5u}) {
      const sync::LockGuard guard{inner};
      now += hold;
    }
  }
  sync::LockStat stat = sync::lock_stat(sync::kRankKmap);
  STRCMP_EQUAL("inner", stat.name);
  UNSIGNED_LONGS_EQUAL(3, stat.released);
  UNSIGNED_LONGS_EQUAL(9, stat.longest);
  POINTERS_EQUAL(nullptr, sync::lock_stat(sync::kRankPageCache).name);
  {
    const sync::LockGuard outer{before};
    now += 20;
    const sync::LockGuard guard{inner};
    now += 1;
  }
  UNSIGNED_LONGS_EQUAL(21, sync::lock_stat(sync::kRankPageCache).longest);
  sync::measure_locks(nullptr);
  {
    const sync::LockGuard guard{inner};
    now += 100;
  }
  UNSIGNED_LONGS_EQUAL(9, sync::lock_stat(sync::kRankKmap).longest);  // ended: the figures stay
  sync::measure_locks([] { return now; });
  POINTERS_EQUAL(nullptr, sync::lock_stat(sync::kRankKmap).name);
  sync::measure_locks(nullptr);
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
