/* SPDX-License-Identifier: MIT */
/* What every spinlock is made of: on one CPU nobody spins, so a lock is its own bookkeeping. It finds, and reports once a
 * lock, what on a real board shows up as a hang once a week:
 *   - taken while it is held (it would spin for ever): panic;
 *   - taken against the order of ranks: a lock may be taken only while all held ones have a lower rank;
 *   - taken in an interrupt, and elsewhere with interrupts on: the interrupt may find it held;
 *   - released by somebody who does not hold it. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

struct mink_lock {
  const char* name;     /* NULL: reports show its symbol */
  const void* taken_by; /* code address, while held */
  unsigned short rank;  /* 0: has no place in the order */
  unsigned char held;
  unsigned char usage; /* MINK_LOCK_... so far */
};

#define MINK_LOCK_IN_IRQ 1
#define MINK_LOCK_IRQS_ON 2
#define MINK_LOCK_REPORTED 4

/* Preemption is off. Any context. Cost: about 25 instructions. */
void mink_lock_taken(struct mink_lock* lock, const void* caller);
void mink_lock_released(struct mink_lock* lock);

/* Spinlocks held now, interrupted code's included. */
unsigned mink_locks_held(void);

#ifdef __cplusplus
}
#endif
