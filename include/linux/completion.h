/* SPDX-License-Identifier: MIT */
/* Completions: one side waits until the other has said that something is done. */
#pragma once
#include <linux/wait.h>

struct completion {
  unsigned int done;
  wait_queue_head_t wait;
};

#define COMPLETION_INITIALIZER(name) \
  { 0, __WAIT_QUEUE_HEAD_INITIALIZER((name).wait) }
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name) DECLARE_COMPLETION(name)

#ifdef __cplusplus
extern "C" {
#endif

void init_completion(struct completion* x);
void reinit_completion(struct completion* x);
/* Lets one waiter go, or all of now and later. Any context. */
void complete(struct completion* x);
void complete_all(struct completion* x);
/* May sleep. */
void wait_for_completion(struct completion* x);
/* Ticks left, 0 if it timed out. May sleep. */
unsigned long wait_for_completion_timeout(struct completion* x, unsigned long timeout);
/* Any context: takes one if there is one. 1 if it did. */
int try_wait_for_completion(struct completion* x);
int completion_done(struct completion* x);

#ifdef __cplusplus
}
#endif
