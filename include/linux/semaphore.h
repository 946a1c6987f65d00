/* SPDX-License-Identifier: MIT */
/* Counting semaphores. */
#pragma once
#include <linux/wait.h>

struct semaphore {
  unsigned int count;
  wait_queue_head_t wait;
};

#define __SEMAPHORE_INITIALIZER(name, n) \
  { n, __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define DEFINE_SEMAPHORE(name) struct semaphore name = __SEMAPHORE_INITIALIZER(name, 1)

#ifdef __cplusplus
extern "C" {
#endif

void sema_init(struct semaphore* sem, int value);
void down(struct semaphore* sem);                      /* may sleep */
int down_interruptible(struct semaphore* sem);         /* may sleep; 0 always, there are no signals yet */
int down_trylock(struct semaphore* sem);               /* any context; 0 if taken, 1 if not */
int down_timeout(struct semaphore* sem, long timeout); /* may sleep; 0 or -ETIME */
void up(struct semaphore* sem);                        /* any context */

#ifdef __cplusplus
}
#endif
