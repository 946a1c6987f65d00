/* SPDX-License-Identifier: MIT */
/* Registers made reachable. Source: Documentation/driver-api/device-io. */
#pragma once
#include <linux/compiler.h>
#include <linux/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* `size` bytes of registers at `phys`, as Device memory: accesses in order, none merged, never executed. The
 * offset in the page is kept. Thread context. NULL: no address space, size 0, or memory that the kernel has
 * mapped already: reported. */
void __iomem* ioremap(phys_addr_t phys, size_t size);
/* As Normal memory that is not cached: writes may be merged and reordered (frame buffers). */
void __iomem* ioremap_wc(phys_addr_t phys, size_t size);
/* Any address that ioremap gave. NULL is fine; anything else is named and refused. */
void iounmap(const volatile void __iomem* address);

#ifdef __cplusplus
}
#endif
