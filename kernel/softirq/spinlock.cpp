// SPDX-License-Identifier: MIT
// <linux/spinlock.h>: the lock's book-keeping is kernel/sync's; here it is joined with what each form switches off.
#include <linux/spinlock.h>

#include <sync/preempt.hpp>

extern "C" {

void spin_lock(spinlock_t* lock) {
  mink::sync::preempt_disable();
  mink_lock_taken(&lock->check, __builtin_return_address(0));
}

void spin_unlock(spinlock_t* lock) {
  mink_lock_released(&lock->check);
  mink::sync::preempt_enable();
}

int spin_trylock(spinlock_t* lock) {
  mink::sync::preempt_disable();
  if (lock->check.held != 0) {
    mink::sync::preempt_enable();
    return 0;
  }
  mink_lock_taken(&lock->check, __builtin_return_address(0));
  return 1;
}

void spin_lock_bh(spinlock_t* lock) {
  local_bh_disable();
  mink_lock_taken(&lock->check, __builtin_return_address(0));
}

void spin_unlock_bh(spinlock_t* lock) {
  mink_lock_released(&lock->check);
  local_bh_enable();
}

void spin_lock_irq(spinlock_t* lock) {
  local_irq_disable();
  mink::sync::preempt_disable();
  mink_lock_taken(&lock->check, __builtin_return_address(0));
}

void spin_unlock_irq(spinlock_t* lock) {
  mink_lock_released(&lock->check);
  local_irq_enable();
  mink::sync::preempt_enable();
}

unsigned long mink_spin_lock_irqsave(spinlock_t* lock) {
  unsigned long flags;
  local_irq_save(flags);
  mink::sync::preempt_disable();
  mink_lock_taken(&lock->check, __builtin_return_address(0));
  return flags;
}

void spin_unlock_irqrestore(spinlock_t* lock, unsigned long flags) {
  mink_lock_released(&lock->check);
  local_irq_restore(flags);
  mink::sync::preempt_enable();
}

}  // extern "C"
