// SPDX-License-Identifier: MIT
// A spinlock on one CPU: holding it means no preemption; the irq guard also means no interrupts. A held lock is an object.
#pragma once
#include <sync/lock_check.h>
#include <arch/irq.hpp>
#include <sync/annotations.hpp>
#include <sync/lock_rank.hpp>
#include <sync/preempt.hpp>

namespace mink::sync {

class CAPABILITY("spinlock") SpinLock {
 public:
  // name: in reports. rank: its place in the order of locks (a LockRank).
  constexpr explicit SpinLock(const char* name, unsigned short rank = kRankNone)
      : check_{name, nullptr, rank, 0, 0} {}
  void lock() ACQUIRE() {
    preempt_disable();
    mink_lock_taken(&check_, __builtin_return_address(0));
  }
  void unlock() RELEASE() {
    mink_lock_released(&check_);
    preempt_enable();
  }
  [[nodiscard]] bool held() const { return check_.held != 0; }
  [[nodiscard]] const char* name() const { return check_.name; }

 private:
  mink_lock check_;
};

// For a lock that interrupt handlers take too.
class SCOPED_CAPABILITY [[nodiscard]] IrqLockGuard {
 public:
  explicit IrqLockGuard(SpinLock& lock) ACQUIRE(lock) : saved_{arch::irq_save()}, lock_{lock} {
    lock_.lock();
  }
  ~IrqLockGuard() RELEASE() {
    lock_.unlock();
    arch::irq_restore(saved_);
  }
  IrqLockGuard(const IrqLockGuard&) = delete;
  IrqLockGuard& operator=(const IrqLockGuard&) = delete;

 private:
  arch::IrqState saved_;
  SpinLock& lock_;
};

class SCOPED_CAPABILITY [[nodiscard]] LockGuard {
 public:
  explicit LockGuard(SpinLock& lock) ACQUIRE(lock) : lock_{lock} { lock_.lock(); }
  ~LockGuard() RELEASE() { lock_.unlock(); }
  LockGuard(const LockGuard&) = delete;
  LockGuard& operator=(const LockGuard&) = delete;

 private:
  SpinLock& lock_;
};

}  // namespace mink::sync
