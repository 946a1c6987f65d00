/* SPDX-License-Identifier: MIT */
/* Rights of vmalloc's memory: constant data, code that was written as data. Source: Linux's <linux/set_memory.h>. */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* `numpages` pages from `addr` become read-only, writable, executable, not executable; other rights stay, and so do the
 * linear map's to the same pages. The range lies in one area that vmalloc gave (not vmap, not ioremap), page aligned.
 * set_memory_x: what was written there is what is executed, data cache or not: nothing else needs flushing.
 * Any context; interrupts are off for 64 KB at a time, and who uses the memory meanwhile never faults for that.
 * 0; -EINVAL: another range, or it would be writable and executable at once (Linux would allow that: make it read-only
 * before executable, and not executable before writable). Reported, and nothing is changed. */
int set_memory_ro(unsigned long addr, int numpages);
int set_memory_rw(unsigned long addr, int numpages);
int set_memory_x(unsigned long addr, int numpages);
int set_memory_nx(unsigned long addr, int numpages);

#ifdef __cplusplus
}
#endif
