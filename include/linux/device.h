/* SPDX-License-Identifier: MIT */
/* As much of a device as the DMA API needs to know. */
#pragma once
#include <linux/types.h>

struct device {
  const char* init_name;
  u64* dma_mask;         /* the highest address it reaches; NULL: any */
  u64 coherent_dma_mask; /* ... of coherent memory; 0: any */
};

static inline const char* dev_name(const struct device* dev) {
  return dev != NULL && dev->init_name != NULL ? dev->init_name : "(no device)";
}
