/* SPDX-License-Identifier: MIT */
/* Mutexes: one owner, sleepers in the order they came. Thread context alone. */
#pragma once
#include <linux/wait.h>

struct mutex {
  struct task_struct* owner;
  wait_queue_head_t wait;
};

#define __MUTEX_INITIALIZER(name) \
  { 0, __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define DEFINE_MUTEX(name) struct mutex name = __MUTEX_INITIALIZER(name)

#ifdef __cplusplus
extern "C" {
#endif

void mutex_init(struct mutex* lock);
/* May sleep. Taking one's own is reported, with who holds it, and returns without it having been taken twice. */
void mutex_lock(struct mutex* lock);
/* There are no signals yet: 0 always. */
int mutex_lock_interruptible(struct mutex* lock);
int mutex_trylock(struct mutex* lock);
/* By the owner; anybody else's call is reported and refused. */
void mutex_unlock(struct mutex* lock);
int mutex_is_locked(const struct mutex* lock);

#ifdef __cplusplus
}
#endif
