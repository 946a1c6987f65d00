/* SPDX-License-Identifier: MIT */
/* preempt_count and the questions it answers: Linux's names, fields and values (include/linux/preempt.h
 * of 6.1). */
#pragma once
#include <stdbool.h>

#define PREEMPT_BITS 8
#define SOFTIRQ_BITS 8
#define HARDIRQ_BITS 4
#define PREEMPT_SHIFT 0
#define SOFTIRQ_SHIFT (PREEMPT_SHIFT + PREEMPT_BITS)
#define HARDIRQ_SHIFT (SOFTIRQ_SHIFT + SOFTIRQ_BITS)
#define PREEMPT_MASK 0x000000ffu
#define SOFTIRQ_MASK 0x0000ff00u
#define HARDIRQ_MASK 0x000f0000u
#define PREEMPT_OFFSET (1u << PREEMPT_SHIFT)
#define SOFTIRQ_OFFSET (1u << SOFTIRQ_SHIFT)
#define HARDIRQ_OFFSET (1u << HARDIRQ_SHIFT)

#ifdef __cplusplus
extern "C" {
#endif

/* Changed by kernel/irq, the locks and the two functions below alone. */
extern unsigned mink_preempt_count;

/* The tick or a wake-up wants another thread to run. */
extern bool mink_need_resched;
void mink_preempt_schedule(void);

static inline unsigned preempt_count(void) { return mink_preempt_count; }
static inline unsigned hardirq_count(void) { return mink_preempt_count & HARDIRQ_MASK; }
static inline unsigned softirq_count(void) { return mink_preempt_count & SOFTIRQ_MASK; }
/* A hardware interrupt is being handled. */
static inline int in_hardirq(void) { return hardirq_count() != 0; }
static inline int in_irq(void) { return hardirq_count() != 0; }
/* A softirq runs, or they are disabled. */
static inline int in_softirq(void) { return softirq_count() != 0; }
static inline int in_serving_softirq(void) { return (softirq_count() & SOFTIRQ_OFFSET) != 0; }
static inline int in_interrupt(void) { return (mink_preempt_count & (HARDIRQ_MASK | SOFTIRQ_MASK)) != 0; }
static inline int in_task(void) { return (mink_preempt_count & HARDIRQ_MASK) == 0 && !in_serving_softirq(); }
/* May not sleep. */
static inline int in_atomic(void) { return mink_preempt_count != 0; }

static inline void preempt_disable(void) {
  ++mink_preempt_count;
  __asm__ volatile("" ::: "memory");
}
static inline void preempt_enable_no_resched(void) {
  __asm__ volatile("" ::: "memory");
  --mink_preempt_count;
}
/* A wake-up made meanwhile takes effect here. */
static inline void preempt_enable(void) {
  preempt_enable_no_resched();
  if (mink_need_resched && mink_preempt_count == 0) mink_preempt_schedule();
}

#ifdef __cplusplus
}
#endif
