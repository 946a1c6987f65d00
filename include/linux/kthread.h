/* SPDX-License-Identifier: MIT */
/* Kernel threads, by Linux's names. */
#pragma once
#include <linux/err.h>
#include <linux/sched.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A thread that will run function(data) once wake_up_process() is called; ERR_PTR(-ENOMEM) if its stack or its
 * task_struct cannot be had. Its name is printf-formatted, cut to TASK_COMM_LEN - 1. May sleep. */
struct task_struct* kthread_create(int (*function)(void* data), void* data, const char* name_format, ...)
    __attribute__((format(printf, 3, 4)));

/* Asks a thread to return, waits until it has, and frees it. Its function's result; -EINTR if it never ran.
 * Only for a thread that has not returned of itself, or whose task_struct was held by get_task_struct(). May sleep. */
int kthread_stop(struct task_struct* thread);

/* For the thread itself: kthread_stop() was called, return soon. Any context of that thread. */
int kthread_should_stop(void);

/* A thread may outlive its function for whoever holds it. Any context; the last put frees (may sleep). */
struct task_struct* get_task_struct(struct task_struct* task);
void put_task_struct(struct task_struct* task);

#ifdef __cplusplus
}
#endif

#define kthread_run(function, data, ...)                                                 \
  __extension__({                                                                        \
    struct task_struct* kthread_run_task_ = kthread_create(function, data, __VA_ARGS__); \
    if (!IS_ERR(kthread_run_task_)) wake_up_process(kthread_run_task_);                  \
    kthread_run_task_;                                                                   \
  })
