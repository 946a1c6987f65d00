/* SPDX-License-Identifier: MIT */
/* Spinlocks, by Linux's names. One CPU: a lock keeps preemption off, its _irq forms interrupts, its _bh forms softirqs.
 * Misuse is reported (<sync/lock_check.h>). No holder may sleep. */
#pragma once
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/softirq.h>
#include <sync/lock_check.h>

typedef struct spinlock {
  struct mink_lock check;
} spinlock_t;
typedef spinlock_t raw_spinlock_t;

#define __SPIN_LOCK_UNLOCKED(name) \
  {                                \
    { #name, 0, 0, 0, 0 }          \
  }
#define DEFINE_SPINLOCK(name) spinlock_t name = __SPIN_LOCK_UNLOCKED(name)
#define spin_lock_init(lock)                                       \
  do {                                                             \
    const spinlock_t spin_lock_init_ = __SPIN_LOCK_UNLOCKED(lock); \
    *(lock) = spin_lock_init_;                                     \
  } while (0)

#ifdef __cplusplus
extern "C" {
#endif

/* Where interrupts never take it. */
void spin_lock(spinlock_t* lock);
void spin_unlock(spinlock_t* lock);
/* 1 if it was free and is now held. */
int spin_trylock(spinlock_t* lock);
/* Where softirqs take it, too. */
void spin_lock_bh(spinlock_t* lock);
void spin_unlock_bh(spinlock_t* lock);
/* Where interrupts take it, too, and they are on. */
void spin_lock_irq(spinlock_t* lock);
void spin_unlock_irq(spinlock_t* lock);
/* ... and they may be on or off. */
unsigned long mink_spin_lock_irqsave(spinlock_t* lock);
void spin_unlock_irqrestore(spinlock_t* lock, unsigned long flags);

static inline int spin_is_locked(const spinlock_t* lock) { return lock->check.held; }

#ifdef __cplusplus
}
#endif

#define spin_lock_irqsave(lock, flags) ((flags) = mink_spin_lock_irqsave(lock))
