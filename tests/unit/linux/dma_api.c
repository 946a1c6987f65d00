/* SPDX-License-Identifier: MIT */
/* A driver's use of the DMA API, in gnu11 C. */
#include "unit/linux/dma_api.h"

#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/slab.h>

int c_dma_driver(void) {
  u64 mask = 0;
  struct device dev = {.init_name = "c-driver", .dma_mask = &mask};
  dma_addr_t ring_at, item_at, buffer_at;
  struct dma_pool* pool;
  void *ring, *item, *buffer;

  if (dma_set_mask_and_coherent(&dev, DMA_BIT_MASK(32)) != 0 || mask != 0xffffffff) return -1;
  ring = dma_alloc_coherent(&dev, 2000, &ring_at, GFP_KERNEL);
  if (ring == NULL) return -2;
  pool = dma_pool_create("c-items", &dev, 24, 8, 0);
  if (pool == NULL) return -3;
  item = dma_pool_zalloc(pool, GFP_ATOMIC, &item_at);
  if (item == NULL || *(u32*)item != 0) return -4;
  buffer = kmalloc(1500, GFP_KERNEL | GFP_DMA);
  buffer_at = dma_map_single(&dev, buffer, 1500, DMA_FROM_DEVICE);
  if (dma_mapping_error(&dev, buffer_at)) return -5;
  dma_sync_single_for_cpu(&dev, buffer_at, 64, DMA_FROM_DEVICE);
  dma_sync_single_for_device(&dev, buffer_at, 64, DMA_FROM_DEVICE);
  dma_unmap_single(&dev, buffer_at, 1500, DMA_FROM_DEVICE);
  kfree(buffer);
  dma_pool_free(pool, item, item_at);
  dma_pool_destroy(pool);
  dma_free_coherent(&dev, 2000, ring, ring_at);
  return dma_get_cache_alignment() >= 32;
}
