/* SPDX-License-Identifier: MIT */
/* Reader-writer semaphores: many readers or one writer; a waiting writer holds newcomers back. Thread context alone. */
#pragma once
#include <linux/wait.h>

struct rw_semaphore {
  int holders; /* readers, or -1 for a writer */
  unsigned int writers_waiting;
  wait_queue_head_t wait;
};

#define __RWSEM_INITIALIZER(name) \
  { 0, 0, __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define DECLARE_RWSEM(name) struct rw_semaphore name = __RWSEM_INITIALIZER(name)

#ifdef __cplusplus
extern "C" {
#endif

void init_rwsem(struct rw_semaphore* sem);
void down_read(struct rw_semaphore* sem);  /* may sleep */
void down_write(struct rw_semaphore* sem); /* may sleep */
int down_read_trylock(struct rw_semaphore* sem);
int down_write_trylock(struct rw_semaphore* sem);
void up_read(struct rw_semaphore* sem);
void up_write(struct rw_semaphore* sem);
void downgrade_write(struct rw_semaphore* sem);

#ifdef __cplusplus
}
#endif
