/* SPDX-License-Identifier: MIT */
/* Kernel timers: Linux 6.1's names and signatures (Documentation/driver-api/basics, timers). */
#pragma once
#include <linux/jiffies.h>
#include <stddef.h>

struct timer_list;

struct mink_timer_link {
  struct mink_timer_link* next; /* NULL: not pending */
  struct mink_timer_link* prev;
};

struct timer_list {
  struct mink_timer_link entry;
  unsigned long expires;                /* in jiffies */
  void (*function)(struct timer_list*); /* called in interrupt context: must not sleep */
  unsigned int flags;
};

#define TIMER_DEFERRABLE 0x00080000
#define TIMER_PINNED 0x00100000
#define TIMER_IRQSAFE 0x00200000

#define DEFINE_TIMER(_name, _function) struct timer_list _name = {{NULL, NULL}, 0, _function, 0}

/* The object around the timer that its function was called with. */
#define from_timer(var, callback_timer, timer_fieldname) \
  ((__typeof__(var))(void*)((char*)(callback_timer)-offsetof(__typeof__(*var), timer_fieldname)))

#ifdef __cplusplus
extern "C" {
#endif

/* Once for each timer, before anything else. */
static inline void timer_setup(struct timer_list* timer, void (*function)(struct timer_list*),
                               unsigned int flags) {
  timer->entry.next = NULL;
  timer->entry.prev = NULL;
  timer->expires = 0;
  timer->function = function;
  timer->flags = flags;
}
#define timer_setup_on_stack(timer, function, flags) timer_setup(timer, function, flags)
static inline void destroy_timer_on_stack(struct timer_list* timer) { (void)timer; }

/* Whether it waits to fire. False while its function runs, unless that has started it anew. */
static inline int timer_pending(const struct timer_list* timer) { return timer->entry.next != NULL; }

/* Starts, or moves, a timer: it fires once, in the tick that makes jiffies reach `expires` (in the next one
 * if that is past). Any context, its own function too. O(1). Returns 1 if it was pending, else 0. */
int mod_timer(struct timer_list* timer, unsigned long expires);
/* As mod_timer, but leaves a timer alone that is not pending. */
int mod_timer_pending(struct timer_list* timer, unsigned long expires);
/* Starts a timer that is not pending at timer->expires; a pending one is reported and left. */
void add_timer(struct timer_list* timer);
/* Stops it. Any context. O(1). Returns 1 if it was pending, else 0. */
int del_timer(struct timer_list* timer);
/* ... and waits until its function does not run. Not from that function itself (reported), nor from an
 * interrupt. */
int del_timer_sync(struct timer_list* timer);
/* As del_timer, or -1 if its function runs now. */
int try_to_del_timer_sync(struct timer_list* timer);

#define timer_delete(timer) del_timer(timer)
#define timer_delete_sync(timer) del_timer_sync(timer)

#ifdef __cplusplus
}
#endif
