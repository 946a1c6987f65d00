/* SPDX-License-Identifier: MIT */
/* Pages without a linear address (zone HighMem), by Linux's names (Documentation/mm/highmem). A page of low memory has
 * its linear address as its window, for nothing. */
#pragma once
#include <linux/mm.h>
#include <linux/preempt.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The page's window, one for all its users, until as many kunmap() as kmap(). 64 pages have one at a time; then the
 * caller sleeps until one is released. Thread context, no spinlock held: elsewhere it is reported, and served if a
 * window is free, else NULL; in an interrupt always NULL. */
void* kmap(struct page* page);
/* By page, not by address. Not in an interrupt. */
void kunmap(struct page* page);
/* Unmaps the windows that nobody uses now. Thread context. */
void kmap_flush_unused(void);

/* A window of the calling thread's or interrupt's own. Any context; the thread may sleep meanwhile. 16 at most, released
 * in the opposite order (reported otherwise). About 150 instructions with kunmap_local. */
void* kmap_local_page(struct page* page);
void kunmap_local(const void* address);
/* As these, with preemption off in between. */
void* kmap_atomic(struct page* page);
void kunmap_atomic(const void* address);

/* Through such windows. Any context. */
void clear_highpage(struct page* page);
void copy_highpage(struct page* to, struct page* from);
void zero_user(struct page* page, unsigned start,
               unsigned size); /* bytes [start, start + size) of the page */
void memcpy_from_page(char* to, struct page* page, size_t offset, size_t length);
void memcpy_to_page(struct page* page, size_t offset, const char* from, size_t length);

#ifdef __cplusplus
}
#endif
