/* SPDX-License-Identifier: MIT */
/* Who owns which physical addresses: Linux 6.1's names (Documentation/driver-api/device-io). Shown in
 * /proc/iomem. */
#pragma once
#include <linux/types.h>

struct resource {
  resource_size_t start;
  resource_size_t end; /* the last address, inclusive */
  const char* name;    /* kept, not copied */
  unsigned long flags;
  struct resource *parent, *sibling, *child;
};

#define IORESOURCE_MEM 0x00000200
#define IORESOURCE_SYSTEM_RAM 0x01000000
#define IORESOURCE_BUSY 0x80000000ul

static inline resource_size_t resource_size(const struct resource* res) { return res->end - res->start + 1; }

#ifdef __cplusplus
extern "C" {
#endif

/* The physical addresses [start, start + n) are this driver's alone from now on. NULL if part of it is
 * somebody's, memory's, or empty. The entries come from a fixed pool. Thread context. */
struct resource* request_mem_region(resource_size_t start, resource_size_t n, const char* name);
/* Gives back what request_mem_region() gave for the same numbers; anything else is reported. */
void release_mem_region(resource_size_t start, resource_size_t n);

#ifdef __cplusplus
}
#endif
