/* SPDX-License-Identifier: MIT */
/* What slab_api.c does with <linux/slab.h> and <linux/mempool.h> as C; 0 is success, else the line that
 * failed. */
#pragma once
#ifdef __cplusplus
extern "C" {
#endif
int c_book_listing(void); /* the old six-argument kmem_cache_create, kmem_cache_t, SLAB_KERNEL */
int c_constructors(void); /* of one and of three arguments, in both forms */
int c_kmalloc_variable(void);
int c_kmalloc_family(void);
int c_mempool_callbacks(void); /* today's type and the book's */
int c_named_cache(void);       /* kmalloc_index, kmalloc_caches, kmem_cache_alloc_trace */
#ifdef __cplusplus
}
#endif
