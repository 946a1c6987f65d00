/* SPDX-License-Identifier: MIT */
/* Memory that is contiguous in addresses only. Source: Documentation/core-api/memory-allocation; LDD3,
 * chapter 8.
 *
 * All but vfree, vunmap and the questions: thread context, they may sleep; called in an atomic context they
 * refuse, by name, and return NULL. Not for DMA, nor for small sizes: each area costs whole pages, a guard
 * page of addresses, and table entries. */
#pragma once
#include <base/gfp.h>
#include <linux/pgtable.h>
#include <stdbool.h>

struct page;

/* Flags of an area, as vmap takes them. */
#define VM_IOREMAP 0x00000001ul
#define VM_ALLOC 0x00000002ul
#define VM_MAP 0x00000004ul
#define VM_USERMAP 0x00000008ul

#ifdef __cplusplus
extern "C" {
#endif

/* `size` bytes, rounded up to pages; page aligned; contents undefined. NULL: no memory, no address space
 * (vmalloc= on the command line), size 0 or nonsense: reported. High memory first. O(pages + log areas). */
void* vmalloc(unsigned long size);
void* vzalloc(unsigned long size);      /* zeroed */
void* vmalloc_user(unsigned long size); /* zeroed, may be mapped to user space */
void* vmalloc_32(unsigned long size);   /* from low memory, which 32-bit devices reach */
/* The pages as `gfp` says (zone, zeroing, reclaim); __GFP_NOWARN: no report. */
void* __vmalloc(unsigned long size, gfp_t gfp);
/* Any context. NULL is fine. What no vmalloc gave, an address inside an area, and a second vfree are named
 * and refused. */
void vfree(const void* address);

/* `count` pages behind each other; they stay the caller's. flags: VM_MAP. Cached pages only: `prot` may not
 * ask for another memory type than the linear map's. NULL: no address space, or refused: reported. */
void* vmap(struct page** pages, unsigned int count, unsigned long flags, pgprot_t prot);
/* Any context. The pages are untouched. */
void vunmap(const void* address);

/* What is mapped at `address` now: NULL, 0: nothing, or no memory. Any context. */
struct page* vmalloc_to_page(const void* address);
unsigned long vmalloc_to_pfn(const void* address);
/* In vmalloc's address range, whether anything is mapped there or not. */
bool is_vmalloc_addr(const void* address);
/* Purges the TLB of all freed areas, makes their addresses usable again, and gives unused tables back. */
void vm_unmap_aliases(void);

#ifdef __cplusplus
}

/* Until Linux 5.8: vmalloc's memory is always mapped writable. */
inline __attribute__((always_inline)) void* __vmalloc(unsigned long size, gfp_t gfp, pgprot_t) {
  return __vmalloc(size, gfp);
}
#else
#define MINK_VMALLOC2(size, gfp) (__vmalloc)((size), (gfp))
#define MINK_VMALLOC3(size, gfp, prot) ((void)(prot), (__vmalloc)((size), (gfp)))
#define MINK_VMALLOC_PICK(a, b, c, form, ...) form
#define __vmalloc(...) MINK_VMALLOC_PICK(__VA_ARGS__, MINK_VMALLOC3, MINK_VMALLOC2, 0)(__VA_ARGS__)
#endif
