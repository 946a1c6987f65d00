/* SPDX-License-Identifier: MIT */
/* Memory for devices that read and write it themselves. Source: Documentation/core-api/dma-api, dma-api-howto.
 *
 * A mapped buffer is the device's: between dma_map_*() and dma_unmap_*() the CPU touches it only after
 * dma_sync_*_for_cpu() and gives it back by dma_sync_*_for_device(). Data cache lines are cleaned and invalidated by
 * direction meanwhile (<arch/dma_cache.hpp>), so others' data in the same line must not be written either: what
 * kmalloc() gives shares no line.
 *
 * May be mapped: what kmalloc() or the page allocator gave. Refused, with the reason: vmalloc's memory and stacks, the kernel image, freed pages, a
 * range beyond its object, size 0. `dev` may be NULL. All of it: any context. */
#pragma once
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/gfp_types.h>
#include <linux/types.h>

struct page;

enum dma_data_direction {
  DMA_BIDIRECTIONAL = 0,
  DMA_TO_DEVICE = 1,
  DMA_FROM_DEVICE = 2,
  DMA_NONE = 3,
};

#define DMA_MAPPING_ERROR (~(dma_addr_t)0)
#define DMA_BIT_MASK(n) (((n) == 64) ? ~0ULL : ((1ULL << (n)) - 1))

#ifdef __cplusplus
extern "C" {
#endif

/* `size` bytes that CPU and device see alike, zeroed, page aligned and aligned to the power of two above their size (up
 * to 1 MB); not cached, so slow for the CPU; no atomic operations there. From the megabytes of coherent= on the command
 * line. *handle: its address for the device. NULL: none left, or none at all: reported unless __GFP_NOWARN. */
void* dma_alloc_coherent(struct device* dev, size_t size, dma_addr_t* handle, gfp_t gfp);
/* What, and how much, dma_alloc_coherent() gave; anything else is named and refused. */
void dma_free_coherent(struct device* dev, size_t size, void* address, dma_addr_t handle);

/* The buffer becomes the device's. DMA_MAPPING_ERROR: refused, reported. */
dma_addr_t dma_map_single(struct device* dev, void* address, size_t size, enum dma_data_direction direction);
/* [offset, offset + size) of a block of pages, HighMem's too. */
dma_addr_t dma_map_page(struct device* dev, struct page* page, size_t offset, size_t size,
                        enum dma_data_direction direction);
/* The CPU's again. Address, size and direction as mapped; anything else is named and refused. */
void dma_unmap_single(struct device* dev, dma_addr_t address, size_t size, enum dma_data_direction direction);
void dma_unmap_page(struct device* dev, dma_addr_t address, size_t size, enum dma_data_direction direction);
/* A mapped buffer, or a part of it, is the CPU's for a while; and the device's again. Direction as mapped. */
void dma_sync_single_for_cpu(struct device* dev, dma_addr_t address, size_t size,
                             enum dma_data_direction direction);
void dma_sync_single_for_device(struct device* dev, dma_addr_t address, size_t size,
                                enum dma_data_direction direction);

/* What a buffer's start and size should be multiples of. */
int dma_get_cache_alignment(void);

static inline int dma_mapping_error(struct device* dev, dma_addr_t address) {
  (void)dev;
  return address == DMA_MAPPING_ERROR ? -ENOMEM : 0;
}

static inline int dma_set_mask(struct device* dev, u64 mask) {
  if (dev->dma_mask == NULL) return -EIO;
  *dev->dma_mask = mask;
  return 0;
}
static inline int dma_set_coherent_mask(struct device* dev, u64 mask) {
  dev->coherent_dma_mask = mask;
  return 0;
}
static inline int dma_set_mask_and_coherent(struct device* dev, u64 mask) {
  const int error = dma_set_mask(dev, mask);
  return error != 0 ? error : dma_set_coherent_mask(dev, mask);
}

#ifdef __cplusplus
}
#endif
