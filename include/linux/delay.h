/* SPDX-License-Identifier: MIT */
/* Waiting, always at least the time asked for. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* Busy, by the clock. Any context. The clock source must be running. */
void ndelay(unsigned long ns);
void udelay(unsigned long us);
void mdelay(unsigned long ms);

/* Asleep, by the tick. May sleep. */
void msleep(unsigned int ms);
void ssleep(unsigned int seconds);

#ifdef __cplusplus
}
#endif
