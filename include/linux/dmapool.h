/* SPDX-License-Identifier: MIT */
/* Small blocks of coherent memory, as descriptors of devices are. Source: Documentation/core-api/dma-api, part Ib. */
#pragma once
#include <linux/device.h>
#include <linux/gfp_types.h>
#include <linux/types.h>

struct dma_pool;

#ifdef __cplusplus
extern "C" {
#endif

/* Blocks of `size` bytes (1 to 4096), aligned to `align` (a power of two; 0: 1), none of which crosses a multiple of
 * `boundary` (a power of two, 0: no such). NULL: nonsense, reported, or no memory. Thread context. */
struct dma_pool* dma_pool_create(const char* name, struct device* dev, size_t size, size_t align,
                                 size_t boundary);
/* All blocks are back: otherwise it is reported with their number, and the pool stays. NULL is fine. */
void dma_pool_destroy(struct dma_pool* pool);
/* A block and its address for the device, or NULL. Any context with GFP_ATOMIC. O(1) but for a new page. */
void* dma_pool_alloc(struct dma_pool* pool, gfp_t gfp, dma_addr_t* handle);
void* dma_pool_zalloc(struct dma_pool* pool, gfp_t gfp, dma_addr_t* handle);
/* Any context. What is no block of this pool, or free already, is named and refused. O(1). */
void dma_pool_free(struct dma_pool* pool, void* block, dma_addr_t handle);

#ifdef __cplusplus
}
#endif
