/* SPDX-License-Identifier: MIT */
/* Wait queues, by Linux's names. Sleepers are woken in the order they came. */
#pragma once
#include <linux/list.h>
#include <linux/sched.h>

typedef struct wait_queue_head {
  struct list_head head;
} wait_queue_head_t;

typedef struct wait_queue_entry {
  struct list_head entry; /* empty: in no queue */
  struct task_struct* task;
  int exclusive;
} wait_queue_entry_t;

#define __WAIT_QUEUE_HEAD_INITIALIZER(name) \
  {                                         \
    { &(name).head, &(name).head }          \
  }
#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define DEFINE_WAIT(name) wait_queue_entry_t name = {{&(name).entry, &(name).entry}, current, 0}

#ifdef __cplusplus
extern "C" {
#endif

void init_waitqueue_head(wait_queue_head_t* queue);
void init_wait(wait_queue_entry_t* wait);

/* Puts `wait` into the queue, if it is in none, and sets the thread's state. Thread context. */
void prepare_to_wait(wait_queue_head_t* queue, wait_queue_entry_t* wait, unsigned int state);
void prepare_to_wait_exclusive(wait_queue_head_t* queue, wait_queue_entry_t* wait, unsigned int state);
/* Running again, in no queue. */
void finish_wait(wait_queue_head_t* queue, wait_queue_entry_t* wait);

/* Wakes every non-exclusive sleeper whose state is in `mode`, and of the exclusive ones `exclusive` (0: all).
 * Any context. */
void __wake_up(wait_queue_head_t* queue, unsigned int mode, int exclusive);
int waitqueue_active(const wait_queue_head_t* queue);

#ifdef __cplusplus
}
#endif

#define wake_up(queue) __wake_up(queue, TASK_NORMAL, 1)
#define wake_up_nr(queue, count) __wake_up(queue, TASK_NORMAL, count)
#define wake_up_all(queue) __wake_up(queue, TASK_NORMAL, 0)
#define wake_up_interruptible(queue) __wake_up(queue, TASK_INTERRUPTIBLE, 1)
#define wake_up_interruptible_all(queue) __wake_up(queue, TASK_INTERRUPTIBLE, 0)

/* Sleeps until `condition` or the timeout. Value: ticks left, at least 1 if the condition came true. */
#define ___wait_event(queue, condition, state, timeout)        \
  __extension__({                                              \
    long wait_event_left_ = (timeout);                         \
    if (!(condition)) {                                        \
      wait_queue_entry_t wait_event_entry_;                    \
      init_wait(&wait_event_entry_);                           \
      for (;;) {                                               \
        prepare_to_wait(&(queue), &wait_event_entry_, state);  \
        if (condition) {                                       \
          if (wait_event_left_ == 0) wait_event_left_ = 1;     \
          break;                                               \
        }                                                      \
        if (wait_event_left_ == 0) break;                      \
        wait_event_left_ = schedule_timeout(wait_event_left_); \
      }                                                        \
      finish_wait(&(queue), &wait_event_entry_);               \
    }                                                          \
    wait_event_left_;                                          \
  })

#define wait_event(queue, condition) \
  ((void)___wait_event(queue, condition, TASK_UNINTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT))
/* There are no signals yet, so it returns 0 always. */
#define wait_event_interruptible(queue, condition) \
  ((void)___wait_event(queue, condition, TASK_INTERRUPTIBLE, MAX_SCHEDULE_TIMEOUT), 0)
#define wait_event_timeout(queue, condition, timeout) \
  ___wait_event(queue, condition, TASK_UNINTERRUPTIBLE, timeout)
#define wait_event_interruptible_timeout(queue, condition, timeout) \
  ___wait_event(queue, condition, TASK_INTERRUPTIBLE, timeout)
