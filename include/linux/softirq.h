/* SPDX-License-Identifier: MIT */
/* Softirqs, tasklets: work that an interrupt handler leaves for just after it, with interrupts on. It may not sleep.
 * (Linux keeps these in <linux/interrupt.h>, which includes this file.) */
#pragma once

enum { HI_SOFTIRQ = 0, TIMER_SOFTIRQ, BLOCK_SOFTIRQ, TASKLET_SOFTIRQ, RCU_SOFTIRQ, NR_SOFTIRQS };

struct tasklet_struct {
  struct tasklet_struct* next;
  unsigned long state; /* TASKLET_STATE_... */
  int count;           /* disabled while above 0 */
  int use_callback;
  union {
    void (*func)(unsigned long data);
    void (*callback)(struct tasklet_struct* t);
  };
  unsigned long data;
};

#define TASKLET_STATE_SCHED 1ul
#define TASKLET_STATE_RUN 2ul

#ifdef __cplusplus
#define DECLARE_TASKLET(name, callback_) \
  struct tasklet_struct name = {nullptr, 0, 0, 1, {.callback = callback_}, 0}
#define DECLARE_TASKLET_OLD(name, func_) struct tasklet_struct name = {nullptr, 0, 0, 0, {.func = func_}, 0}
#else
#define DECLARE_TASKLET(name, callback_) \
  struct tasklet_struct name = {.use_callback = 1, .callback = callback_}
#define DECLARE_TASKLET_OLD(name, func_) struct tasklet_struct name = {.func = func_}
#endif
#define from_tasklet(variable, tasklet, member) container_of(tasklet, typeof(*variable), member)

#ifdef __cplusplus
extern "C" {
#endif

/* Kernel parts alone: what runs for a softirq. Once each, before it is raised. */
void open_softirq(int nr, void (*action)(void));
/* Runs it before the outermost interrupt returns, or in ksoftirqd. Any context. */
void raise_softirq(unsigned int nr);

/* No softirq runs on this CPU in between; nests. Not in a hard interrupt. */
void local_bh_disable(void);
void local_bh_enable(void);

void tasklet_setup(struct tasklet_struct* t, void (*callback)(struct tasklet_struct*));
void tasklet_init(struct tasklet_struct* t, void (*func)(unsigned long), unsigned long data);
/* Runs it once, however often it is scheduled before it runs. Any context. O(1). */
void tasklet_schedule(struct tasklet_struct* t);
void tasklet_hi_schedule(struct tasklet_struct* t);
void tasklet_disable(struct tasklet_struct* t);
void tasklet_enable(struct tasklet_struct* t);
/* Returns when it is neither scheduled nor running. May sleep. */
void tasklet_kill(struct tasklet_struct* t);

#ifdef __cplusplus
}
#endif
