/* SPDX-License-Identifier: MIT */
/* struct page: one for each page frame of memory, 32 bytes on the target (one cache line of the ARM1176).
 *
 * A block of order n is ONE block: only its first page, the head, has a state; every other page of it has state 0 ("inner").
 * So splitting and merging touch one word a step, whatever the block's size, and an inner page's block is found by
 * looking at the head candidates above it, order by order. The mem_map of zeroes is a valid one: all inner. */
#pragma once
#include <base/gfp.h>

struct kmem_cache;

/* A ring through pages: the page allocator's lists. */
struct page_link {
  struct page_link* next;
  struct page_link* prev;
};

/* page->state, one word: kind | order | zone | migrate type | flags. Fields are decoded in <mm/page_state.hpp>. */
struct page {
  union {
    struct { /* the owner's: a list of slabs, or any other; the page allocator leaves them undefined */
      struct page* next;
      struct page* prev;
    };
    struct page_link link; /* of a free block: its free list */
  };
  unsigned int state;
  int _refcount;
  /* The cache whose slab this page belongs to, head and tails alike; NULL in every other kind, free pages included: kfree
   * decides by this word alone. Only mm/slab writes it. */
  struct kmem_cache* slab_cache;
  union {
    struct { /* kind Slab */
      unsigned int*
          slab_map; /* the slab's free map, one bit per object, set = free; of all its pages the same */
      unsigned int slab_word[2]; /* the map itself (in the head) when it has 64 objects or fewer */
    };
    struct { /* kind Allocated: a block that the page allocator gave out */
      unsigned long private_data;
      const void* caller; /* who allocated it: symbol shown by reports */
      gfp_t gfp;
    };
  };
};
