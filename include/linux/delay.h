/* SPDX-License-Identifier: MIT */
/* Busy waits by the clock: at least the time asked for. Any context. The clock source must be running. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

void ndelay(unsigned long ns);
void udelay(unsigned long us);
void mdelay(unsigned long ms);

#ifdef __cplusplus
}
#endif
