/* SPDX-License-Identifier: MIT */
/* Pages, their frames and their addresses, by Linux's names. All checked: what is not memory of the page allocator gives
 * NULL or 0, never a wild pointer. */
#pragma once
#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/mmzone.h>
#include <linux/types.h>

#ifndef PAGE_SHIFT
#define PAGE_SHIFT 12
#endif
#ifndef PAGE_SIZE
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#endif
#ifndef PAGE_MASK
#define PAGE_MASK (~(PAGE_SIZE - 1))
#endif
#ifndef PAGE_ALIGN
#define PAGE_ALIGN(address) (((address) + PAGE_SIZE - 1) & PAGE_MASK)
#endif
#define PAGE_ALIGNED(address) (((unsigned long)(address) & ~PAGE_MASK) == 0)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define PFN_UP(x) (((x) + PAGE_SIZE - 1) >> PAGE_SHIFT)
#define PFN_DOWN(x) ((x) >> PAGE_SHIFT)
#define PFN_PHYS(x) ((phys_addr_t)(x) << PAGE_SHIFT)

#ifdef __cplusplus
extern "C" {
#endif

/* The smallest order whose block holds `size` bytes. Size 0: larger than any. */
static inline __attribute__((const)) int get_order(unsigned long size) {
  if (size == 0) return (int)(8 * sizeof(long)) - PAGE_SHIFT;
  size = (size - 1) >> PAGE_SHIFT;
  return size == 0 ? 0 : (int)(8 * sizeof(long)) - __builtin_clzl(size);
}

/* A page's linear address; of a HighMem page, which has none, its kmap() window while it has one, else NULL. */
void* page_address(const struct page* page);
/* The page of a linear address, NULL if it is none; virt_addr_valid() asks that. */
struct page* virt_to_page(const volatile void* address);
unsigned long page_to_pfn(const struct page* page);
struct page* pfn_to_page(unsigned long pfn); /* NULL: no such frame */
bool pfn_valid(unsigned long pfn);
#define virt_addr_valid(address) (virt_to_page((const volatile void*)(address)) != NULL)
phys_addr_t page_to_phys(const struct page* page);
#define phys_to_page(phys) pfn_to_page((unsigned long)((phys) >> PAGE_SHIFT))
/* Arithmetic of the linear map, unchecked. */
phys_addr_t virt_to_phys(const volatile void* address);
void* phys_to_virt(phys_addr_t phys);
#define __pa(x) virt_to_phys((const volatile void*)(x))
#define __va(x) phys_to_virt((phys_addr_t)(x))
#define virt_to_pfn(address) ((unsigned long)(virt_to_phys(address) >> PAGE_SHIFT))

/* References. put_page() of the last one frees the block, with whatever order it has. Any context. */
void get_page(struct page* page);
void put_page(struct page* page);
int page_count(const struct page* page);
#define page_ref_count(page) page_count(page)

/* A block (not compound) becomes single pages, each with a reference of its own, each to be freed by itself. */
void split_page(struct page* page, unsigned int order);

/* Compound pages (__GFP_COMP, order 1 and up). compound_head() of any other page is the page itself. */
struct page* compound_head(const struct page* page);
unsigned int compound_order(const struct page* page);
#define compound_nr(page) (1UL << compound_order(page))
#define page_size(page) (PAGE_SIZE << compound_order(page))
int PageCompound(const struct page* page);
int PageHead(const struct page* page);
int PageTail(const struct page* page);

int PageReserved(const struct page* page);
int PageSlab(const struct page* page);
int PageHighMem(const struct page* page);

/* A word of the owner's. */
static inline unsigned long page_private(const struct page* page) { return page->private_data; }
static inline void set_page_private(struct page* page, unsigned long value) { page->private_data = value; }

/* Pages that the allocator has in all; and that are free now. */
unsigned long totalram_pages(void);
unsigned long nr_free_pages(void);

#ifdef __cplusplus
}
#endif
