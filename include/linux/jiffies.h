/* SPDX-License-Identifier: MIT */
/* The tick count, its comparison across the wrap, and conversions. Linux's names. */
#pragma once
#include <linux/param.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Ticks of 1/HZ s. Starts five minutes before its wrap at 32 bits, as Linux does, to show who compares
 * wrongly. */
extern volatile unsigned long jiffies;
/* The same count in 64 bits. Any context. */
unsigned long long get_jiffies_64(void);

#define INITIAL_JIFFIES ((unsigned long)(unsigned int)(-300 * HZ))
#define MAX_JIFFY_OFFSET ((~0ul >> 2))

#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_in_range(a, b, c) (time_after_eq(a, b) && time_before_eq(a, c))
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)

/* Rounded up: a wait is never shorter than asked for. */
static inline unsigned long msecs_to_jiffies(unsigned int ms) {
  return ms / (1000u / HZ) + (ms % (1000u / HZ) != 0 ? 1u : 0u);
}
static inline unsigned long usecs_to_jiffies(unsigned int us) {
  return us / (1000000u / HZ) + (us % (1000000u / HZ) != 0 ? 1u : 0u);
}
static inline unsigned int jiffies_to_msecs(unsigned long j) { return (unsigned int)(j * (1000u / HZ)); }
static inline unsigned int jiffies_to_usecs(unsigned long j) { return (unsigned int)(j * (1000000u / HZ)); }

#ifdef __cplusplus
}
#endif
