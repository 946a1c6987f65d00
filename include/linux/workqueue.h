/* SPDX-License-Identifier: MIT */
/* Workqueues: functions that run later in a thread, where they may sleep. */
#pragma once
#include <linux/list.h>
#include <linux/timer.h>
#include <linux/wait.h>

struct workqueue_struct;
struct work_struct;
typedef void (*work_func_t)(struct work_struct* work);

struct work_struct {
  struct list_head entry; /* empty: not pending */
  work_func_t func;
};

struct delayed_work {
  struct work_struct work;
  struct timer_list timer;
  struct workqueue_struct* wq;
};

#define __WORK_INITIALIZER(name, function) \
  { {&(name).entry, &(name).entry}, function }
#define DECLARE_WORK(name, function) struct work_struct name = __WORK_INITIALIZER(name, function)
#define INIT_WORK(work_, function)   \
  do {                               \
    INIT_LIST_HEAD(&(work_)->entry); \
    (work_)->func = (function);      \
  } while (0)
#define INIT_DELAYED_WORK(dwork_, function)                    \
  do {                                                         \
    INIT_WORK(&(dwork_)->work, function);                      \
    timer_setup(&(dwork_)->timer, mink_delayed_work_timer, 0); \
    (dwork_)->wq = 0;                                          \
  } while (0)
#define DECLARE_DELAYED_WORK(name, function) \
  struct delayed_work name = {               \
      __WORK_INITIALIZER((name).work, function), {{0, 0}, 0, mink_delayed_work_timer, 0}, 0}
#define to_delayed_work(work_) container_of(work_, struct delayed_work, work)

#ifdef __cplusplus
extern "C" {
#endif

void mink_delayed_work_timer(struct timer_list* timer);

extern struct workqueue_struct* system_wq;

/* A queue with a thread of its own; NULL without memory. May sleep. */
struct workqueue_struct* alloc_workqueue(const char* name, unsigned int flags, int max_active);
/* Runs what is pending, then ends. May sleep. */
void destroy_workqueue(struct workqueue_struct* wq);

/* 1 if it was put into the queue, 0 if it was pending already. Any context. O(1). */
int queue_work(struct workqueue_struct* wq, struct work_struct* work);
int queue_delayed_work(struct workqueue_struct* wq, struct delayed_work* work, unsigned long delay);
int schedule_work(struct work_struct* work);
int schedule_delayed_work(struct delayed_work* work, unsigned long delay);

/* Waits until it is neither pending nor running. 1 if it had to wait. May sleep; not from the work itself. */
int flush_work(struct work_struct* work);
void flush_workqueue(struct workqueue_struct* wq);
/* As flush_work, but what is pending does not run. 1 if it was pending. */
int cancel_work_sync(struct work_struct* work);
int cancel_delayed_work(struct delayed_work* work);
int cancel_delayed_work_sync(struct delayed_work* work);

#ifdef __cplusplus
}
#endif

#define create_workqueue(name) alloc_workqueue(name, 0, 1)
#define create_singlethread_workqueue(name) alloc_workqueue(name, 0, 1)
