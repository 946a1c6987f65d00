/* SPDX-License-Identifier: MIT */
/* Read-copy-update on one CPU: a reader keeps preemption off, so a grace period is over as soon as the tick, or a
 * context switch, finds none. */
#pragma once
#include <linux/preempt.h>

struct rcu_head {
  struct rcu_head* next;
  void (*func)(struct rcu_head* head);
};
#define callback_head rcu_head

#define rcu_read_lock() preempt_disable()
#define rcu_read_unlock() preempt_enable()
#define rcu_dereference(pointer) (*(volatile __typeof__(pointer)*)&(pointer))
#define rcu_assign_pointer(pointer, value)                \
  do {                                                    \
    __asm__ volatile("" ::: "memory");                    \
    *(volatile __typeof__(pointer)*)&(pointer) = (value); \
  } while (0)

#ifdef __cplusplus
extern "C" {
#endif

/* Calls func(head), in a softirq, when every reader of now has finished. Any context. */
void call_rcu(struct rcu_head* head, void (*func)(struct rcu_head* head));
/* Waits for that. May sleep. */
void synchronize_rcu(void);
/* Waits until every callback registered so far has run. May sleep. */
void rcu_barrier(void);

#ifdef __cplusplus
}
#endif
