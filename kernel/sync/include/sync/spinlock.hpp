// SPDX-License-Identifier: MIT
// A spinlock on one CPU: holding it means no preemption; the irq guard also means no interrupts. A held lock is an object.
#pragma once
#include <arch/irq.hpp>
#include <base/assert.hpp>
#include <sync/annotations.hpp>
#include <sync/preempt.hpp>

namespace mink::sync {

class CAPABILITY("spinlock") SpinLock {
 public:
  constexpr explicit SpinLock(const char* name) : name_{name} {}
  void lock() ACQUIRE() {
    preempt_disable();
    MINK_ASSERT(!held_);  // one CPU: taking a held lock would spin for ever
    held_ = true;
  }
  void unlock() RELEASE() {
    held_ = false;
    preempt_enable();
  }
  [[nodiscard]] bool held() const { return held_; }
  [[nodiscard]] const char* name() const { return name_; }

 private:
  const char* name_;
  bool held_ = false;
};

// For a lock that interrupt handlers take too.
class SCOPED_CAPABILITY [[nodiscard]] IrqLockGuard {
 public:
  explicit IrqLockGuard(SpinLock& lock) ACQUIRE(lock) : saved_{arch::irq_save()}, lock_{lock} { lock_.lock(); }
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
