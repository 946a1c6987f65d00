/* SPDX-License-Identifier: MIT */
/* Strings: the C library's, and Linux's own. Any context. */
#pragma once
#include <linux/types.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Copies at most size - 1 bytes and terminates. The length copied, or -E2BIG if src did not fit or size is 0.
 */
ssize_t strscpy(char* dest, const char* src, size_t size);

/* The first byte of `size` bytes at `start` that is not `c`; NULL if all are. */
void* memchr_inv(const void* start, int c, size_t size);

/* memset that the compiler does not take away because nobody reads the memory afterwards. */
void memzero_explicit(void* start, size_t size);

/* Copies in kmalloc memory (<linux/slab.h>): NULL if there is none, or for a NULL text. */
char* kstrdup(const char* text, gfp_t flags);
void* kmemdup(const void* from, size_t size, gfp_t flags);

#ifdef __cplusplus
}
#endif
