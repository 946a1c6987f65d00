/* SPDX-License-Identifier: MIT */
/* Memory pools: an allocator with a reserve of elements that only the pool's users can reach (C and C++).
 * Source: Documentation/core-api/mm-api (memory pools); Linux Device Drivers, chapter 8.
 *
 * mempool_alloc asks the allocator first, without sleeping and without the system's own reserves; then it
 * takes from the pool's reserve; then, where the flags allow, it lets the allocator reclaim and waits for a
 * mempool_free. mempool_free refills the reserve before the allocator sees anything. */
#pragma once
#include <linux/gfp_types.h>
#include <linux/slab.h>
#include <stddef.h>

typedef void* mempool_alloc_t(gfp_t gfp_mask, void* pool_data);
typedef void mempool_free_t(void* element, void* pool_data);
typedef void* mempool_old_alloc_t(int gfp_mask, void* pool_data); /* the books' */

typedef struct mempool_s {
  int curr_nr; /* elements in the reserve now; it and `elements` are read at once: at a multiple of 8 bytes */
  void** elements; /* room for min_nr, and for a NULL */
  int min_nr;      /* size of the reserve, elements */
  void* pool_data;
  mempool_alloc_t* alloc;
  mempool_free_t* free;
  void* memory;                /* the allocator that `elements` came from */
  struct mempool_s* next_pool; /* all pools, for those who look */
  struct mempool_s** link;     /* NULL: not one of them */
  struct kmem_cache* cache;    /* where the ready-made callbacks get the elements; NULL: ask the callbacks */
  /* Elements allocated and not freed yet, to tell a free that is wrong (mm/pool/out.hpp): */
  void* last_out; /* the one that the allocator gave last, or NULL */
  void** out_table;
  unsigned int out_shift;
  unsigned int others_out; /* all but last_out and elements[curr_nr] */
  unsigned int uncounted;  /* those of them that the table has no room for */
} mempool_t __attribute__((aligned(8)));

static inline unsigned int mink_mempool_out(const mempool_t* pool) {
  return pool->others_out + (pool->last_out != NULL) + (pool->elements[pool->curr_nr] != NULL);
}

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__cplusplus)
typedef mempool_alloc_t* mempool_alloc_arg_t;
#else
/* Either type of callback is taken as it is. */
typedef union {
  mempool_alloc_t* today;
  mempool_old_alloc_t* book;
} mempool_alloc_arg_t __attribute__((transparent_union));
#endif

/* Makes a pool whose reserve holds min_nr (0 or more) elements, allocated now with GFP_KERNEL. Thread
 * context. NULL: no memory, or arguments that make no sense, which are named. */
mempool_t* mempool_create(int min_nr, mempool_alloc_arg_t alloc_fn, mempool_free_t* free_fn, void* pool_data);
mempool_t* mempool_create_node(int min_nr, mempool_alloc_arg_t alloc_fn, mempool_free_t* free_fn,
                               void* pool_data, gfp_t gfp_mask, int node_id);
/* The same in the caller's own mempool_t. 0, -ENOMEM or -EINVAL. */
int mempool_init(mempool_t* pool, int min_nr, mempool_alloc_arg_t alloc_fn, mempool_free_t* free_fn,
                 void* pool_data);
/* Frees the reserve. While elements are out, mempool_destroy is refused, with a report that lists them: the pool goes on.
 * mempool_exit, whose pool may be gone when it returns, reports and goes through with it: they may be freed no more. NULL, and a
 * zeroed pool, are fine. */
void mempool_destroy(mempool_t* pool);
void mempool_exit(mempool_t* pool);
/* Changes the reserve's size: surplus elements are freed; missing ones are allocated, or come with later
 * frees. Thread context. 0 or -ENOMEM (then nothing has changed) or -EINVAL. O(new size). */
int mempool_resize(mempool_t* pool, int new_min_nr);

/* O(1) beside the allocator's own cost. Any context that gfp_mask allows. NULL only if it may not sleep, or,
 * until there are threads, when allocator and reserve are both at their end. __GFP_ZERO is refused (a reserve
 * element is not zero), and reported. */
void* mempool_alloc(mempool_t* pool, gfp_t gfp_mask) __attribute__((malloc, warn_unused_result));
/* Any context. NULL is fine. An element that is not out of this pool is named, reported and refused. */
void mempool_free(void* element, mempool_t* pool);

/* Callbacks: pool_data is a kmem_cache; a size in bytes; a page order. */
void* mempool_alloc_slab(gfp_t gfp_mask, void* pool_data);
void mempool_free_slab(void* element, void* pool_data);
void* mempool_kmalloc(gfp_t gfp_mask, void* pool_data);
void mempool_kfree(void* element, void* pool_data);
void* mempool_alloc_pages(gfp_t gfp_mask, void* pool_data); /* elements are struct page */
void mempool_free_pages(void* element, void* pool_data);

#ifdef __cplusplus
}

/* The book's callback. int and unsigned int travel alike in every ABI that mink is built for. */
inline mempool_t* mempool_create(int min_nr, mempool_old_alloc_t* alloc_fn, mempool_free_t* free_fn,
                                 void* pool_data) {
  return mempool_create(min_nr, reinterpret_cast<mempool_alloc_t*>(alloc_fn), free_fn, pool_data);
}
inline int mempool_init(mempool_t* pool, int min_nr, mempool_old_alloc_t* alloc_fn, mempool_free_t* free_fn,
                        void* pool_data) {
  return mempool_init(pool, min_nr, reinterpret_cast<mempool_alloc_t*>(alloc_fn), free_fn, pool_data);
}
#endif

static inline mempool_t* mempool_create_slab_pool(int min_nr, struct kmem_cache* cache) {
  return mempool_create(min_nr, mempool_alloc_slab, mempool_free_slab, (void*)cache);
}
static inline mempool_t* mempool_create_kmalloc_pool(int min_nr, size_t size) {
  return mempool_create(min_nr, mempool_kmalloc, mempool_kfree, (void*)size);
}
static inline mempool_t* mempool_create_page_pool(int min_nr, int order) {
  return mempool_create(min_nr, mempool_alloc_pages, mempool_free_pages, (void*)(unsigned long)order);
}
static inline int mempool_init_slab_pool(mempool_t* pool, int min_nr, struct kmem_cache* cache) {
  return mempool_init(pool, min_nr, mempool_alloc_slab, mempool_free_slab, (void*)cache);
}
static inline int mempool_init_kmalloc_pool(mempool_t* pool, int min_nr, size_t size) {
  return mempool_init(pool, min_nr, mempool_kmalloc, mempool_kfree, (void*)size);
}
static inline int mempool_init_page_pool(mempool_t* pool, int min_nr, int order) {
  return mempool_init(pool, min_nr, mempool_alloc_pages, mempool_free_pages, (void*)(unsigned long)order);
}
static inline int mempool_initialized(const mempool_t* pool) { return pool->link != NULL; }
