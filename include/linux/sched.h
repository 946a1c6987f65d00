/* SPDX-License-Identifier: MIT */
/* Threads, by Linux's names. Contexts are given with each function; "may sleep" means: a thread, preempt_count 0. */
#pragma once
#include <limits.h>

#define TASK_RUNNING 0x0000u
#define TASK_INTERRUPTIBLE 0x0001u
#define TASK_UNINTERRUPTIBLE 0x0002u
#define TASK_DEAD 0x0080u
#define TASK_NEW 0x0800u
#define TASK_NORMAL (TASK_INTERRUPTIBLE | TASK_UNINTERRUPTIBLE)

#define PF_EXITING 0x00000004u
#define PF_MEMALLOC 0x00000800u /* frees memory: may use the whole reserve, never reclaims */
#define PF_KTHREAD 0x00200000u

#define TASK_COMM_LEN 16
#define MAX_SCHEDULE_TIMEOUT LONG_MAX

/* The public part of a thread; kernel/sched/thread.hpp has the rest. */
struct task_struct {
  volatile unsigned int __state; /* TASK_...; written by set_current_state and the scheduler */
  unsigned int flags;            /* PF_... */
  int pid;
  int prio; /* 0 most urgent ... 31 */
  char comm[TASK_COMM_LEN];
  unsigned long nvcsw;  /* context switches: it slept */
  unsigned long nivcsw; /* ... it was preempted */
};

#ifdef __cplusplus
extern "C" {
#endif

/* The running thread; never NULL once threads exist. Any context: in an interrupt, the thread it interrupted. */
extern struct task_struct* mink_current;
#define current mink_current

/* Before the condition is looked at, so that a wake-up between the look and schedule() is not lost. */
#define __set_current_state(value) ((void)(current->__state = (value)))
#define set_current_state(value)       \
  do {                                 \
    current->__state = (value);        \
    __asm__ volatile("" ::: "memory"); \
  } while (0)

/* Gives the CPU away: for good until wake_up_process() if the state is not TASK_RUNNING, else behind the other ready
 * threads of its priority. May sleep (reported otherwise). */
void schedule(void);

/* Sleeps as the state says, at most `timeout` ticks. Returns the ticks left, 0 if none. May sleep. */
long schedule_timeout(long timeout);
long schedule_timeout_interruptible(long timeout);
long schedule_timeout_uninterruptible(long timeout);

/* Makes a sleeping thread ready. Any context. 1 if it was asleep, 0 if it ran already. */
int wake_up_process(struct task_struct* task);

/* Lets a more urgent or equal ready thread run, if the tick asked for it. May sleep. 1 if it gave the CPU away. */
int cond_resched(void);
void yield(void);

#ifdef __cplusplus
}
#endif
