/* SPDX-License-Identifier: MIT */
/* Monotonic time since power-on, in nanoseconds; the steps are the clock source's (42 ns on the Versatile).
 */
#pragma once

typedef long long ktime_t;
#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_SEC 1000000000L

#ifdef __cplusplus
extern "C" {
#endif

/* Any context. */
ktime_t ktime_get(void);
unsigned long long ktime_get_ns(void);

static inline long long ktime_to_ns(ktime_t kt) { return kt; }
static inline long long ktime_to_us(ktime_t kt) { return kt / NSEC_PER_USEC; }
static inline long long ktime_to_ms(ktime_t kt) { return kt / NSEC_PER_MSEC; }
static inline ktime_t ktime_sub(ktime_t later, ktime_t earlier) { return later - earlier; }
static inline ktime_t ktime_add(ktime_t a, ktime_t b) { return a + b; }
static inline ktime_t ns_to_ktime(unsigned long long ns) { return (ktime_t)ns; }
static inline long long ktime_us_delta(ktime_t later, ktime_t earlier) {
  return (later - earlier) / NSEC_PER_USEC;
}

#ifdef __cplusplus
}
#endif
