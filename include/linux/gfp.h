/* SPDX-License-Identifier: MIT */
/* Pages by Linux's names (Documentation/core-api/mm-api, memory-allocation): the face of the kernel's page allocator.
 *
 * A block is 2^order physically contiguous pages, aligned to its size, order 0 .. MAX_ORDER - 1. A mask with
 * __GFP_DIRECT_RECLAIM (GFP_KERNEL) may sleep: thread context, no spinlock held; elsewhere it is reported and served as
 * GFP_NOWAIT. Contents are undefined unless __GFP_ZERO. A wrong free is reported by name and changes nothing. */
#pragma once
#include <linux/gfp_types.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The head of a block with one reference, or NULL. */
struct page* alloc_pages(gfp_t gfp, unsigned int order);
struct page* alloc_page(gfp_t gfp);

/* The linear address of a block, or 0. __GFP_HIGHMEM is ignored: such pages have none. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
unsigned long __get_free_page(gfp_t gfp);
unsigned long get_zeroed_page(gfp_t gfp);
#define __get_dma_pages(gfp, order) __get_free_pages((gfp) | GFP_DMA, (order))

/* Gives the block back, with the order that it was allocated with. Who holds a reference beside others drops it by
 * put_page(): a block with more than one is refused here (Linux drops one). Any context. NULL and 0 are nothing. */
void __free_pages(struct page* page, unsigned int order);
void __free_page(struct page* page);
void free_pages(unsigned long address, unsigned int order);
void free_page(unsigned long address);

/* `size` bytes, contiguous, in whole pages and no more than they need. Freed with the same size. NULL: none, or size 0. */
void* alloc_pages_exact(size_t size, gfp_t gfp);
void free_pages_exact(void* address, size_t size);

/* Fills the NULL slots of `pages` with single pages. Returns how many of the slots are not NULL, counted from all: less
 * than `count` if memory is short. */
unsigned long alloc_pages_bulk_array(gfp_t gfp, unsigned long count, struct page** pages);

/* Which type of page block a mask asks for: 0 unmovable, 1 movable, 2 reclaimable. */
static inline int gfp_migratetype(gfp_t gfp) {
  return (int)((gfp & (__GFP_MOVABLE | __GFP_RECLAIMABLE)) >> 3);
}
static inline bool gfpflags_allow_blocking(gfp_t gfp) {
  return (gfp & (__GFP_DIRECT_RECLAIM | __GFP_WAIT)) != 0;
}

#ifdef __cplusplus
}
#endif
