/* SPDX-License-Identifier: MIT */
/* Object caches and kmalloc: Linux's names and contracts, today's and those of the books (C and C++).
 * Source: Documentation/core-api/memory-allocation, mm-api; Linux Device Drivers, chapter 8, for the old
 * forms. */
#pragma once
#include <linux/gfp_types.h>
#include <stddef.h>

struct kmem_cache;
typedef struct kmem_cache kmem_cache_t; /* the books' name */
typedef unsigned int slab_flags_t;

#define SLAB_CONSISTENCY_CHECKS ((slab_flags_t)0x00000100u) /* check the slab at each allocation and free */
#define SLAB_RED_ZONE ((slab_flags_t)0x00000400u)           /* guard bytes on both sides of each object */
#define SLAB_POISON ((slab_flags_t)0x00000800u)             /* pattern in free objects, checked when taken */
#define SLAB_NO_REAP ((slab_flags_t)0x00001000u)            /* reclaim leaves the cache's empty slabs alone */
#define SLAB_HWCACHE_ALIGN ((slab_flags_t)0x00002000u)      /* objects start on cache lines */
#define SLAB_CACHE_DMA ((slab_flags_t)0x00004000u)          /* slabs from zone DMA */
#define SLAB_STORE_USER ((slab_flags_t)0x00010000u)         /* remember who allocated and who freed */
#define SLAB_RECLAIM_ACCOUNT \
  ((slab_flags_t)0x00020000u)                            /* objects can be reclaimed: placed and counted so \
                                                          */
#define SLAB_PANIC ((slab_flags_t)0x00040000u)           /* no cache, no kernel */
#define SLAB_TYPESAFE_BY_RCU ((slab_flags_t)0x00080000u) /* pages, not objects, wait for a grace period */
#define SLAB_MEM_SPREAD ((slab_flags_t)0x00100000u)      /* no meaning on one node */
#define SLAB_TRACE ((slab_flags_t)0x00200000u)           /* log each allocation and free */
#define SLAB_NOLEAKTRACE ((slab_flags_t)0x00800000u)     /* no meaning: there is no leak tracer */
#define SLAB_ACCOUNT ((slab_flags_t)0x04000000u)         /* no meaning: there are no memory cgroups */
#define SLAB_TEMPORARY SLAB_RECLAIM_ACCOUNT
#define SLAB_DESTROY_BY_RCU SLAB_TYPESAFE_BY_RCU
#define SLAB_DEBUG_FREE SLAB_CONSISTENCY_CHECKS
#define SLAB_MUST_HWCACHE_ALIGN SLAB_HWCACHE_ALIGN

/* The books pass these for GFP flags. */
#define SLAB_ATOMIC GFP_ATOMIC
#define SLAB_KERNEL GFP_KERNEL
#define SLAB_NOIO GFP_NOIO
#define SLAB_NOFS GFP_NOFS
#define SLAB_USER GFP_USER
#define SLAB_DMA GFP_DMA

/* What a three-argument constructor is told, as in Linux 2.6. */
#define SLAB_CTOR_CONSTRUCTOR 0x001ul
#define SLAB_CTOR_ATOMIC 0x002ul
#define SLAB_CTOR_VERIFY 0x004ul

/* No two objects share a cache line, so each may be a DMA buffer; hence no kmalloc-8 and -16. */
#define ARCH_KMALLOC_MINALIGN 32
#define ARCH_SLAB_MINALIGN __alignof__(unsigned long long)
#define KMALLOC_SHIFT_LOW 5
#define KMALLOC_SHIFT_HIGH 13
#define KMALLOC_SHIFT_MAX 22
#define KMALLOC_MIN_SIZE (1 << KMALLOC_SHIFT_LOW)
#define KMALLOC_MAX_CACHE_SIZE (1ul << KMALLOC_SHIFT_HIGH)
#define KMALLOC_MAX_SIZE \
  (1ul << KMALLOC_SHIFT_MAX) /* the build's limit; kmalloc_max= lowers it at run time */
#define KMALLOC_MAX_ORDER (KMALLOC_SHIFT_MAX - 12)

/* kmalloc(0): not NULL, faults when touched, may be freed. */
#define ZERO_SIZE_PTR ((void*)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

enum kmalloc_cache_type { KMALLOC_NORMAL = 0, KMALLOC_DMA = 1, NR_KMALLOC_TYPES };

typedef void (*kmem_ctor1_t)(void* object);
typedef void (*kmem_ctor3_t)(void* object, struct kmem_cache* cache, unsigned long flags);
typedef void (*kmem_any_fn_t)(void); /* either, by the count beside it */

#ifdef __cplusplus
extern "C" {
#endif

/* Caches. Create, destroy, shrink: thread context. alloc: any context that gfp allows; free: any context.
 *
 * name: copied. size: 1 .. KMALLOC_MAX_SIZE bytes. align: 0 or a power of two up to 4096. ctor: NULL, or run
 * once for each object when its slab is made (never again until the slab is released). Returns NULL (panics
 * under SLAB_PANIC) for bad arguments, which it names, or no memory. */
struct kmem_cache* kmem_cache_create(const char* name, size_t size, size_t align, slab_flags_t flags,
                                     kmem_ctor1_t ctor);
/* All forms of kmem_cache_create end here. ctor_args, dtor_args: 0 (no function), 1 or 3. */
struct kmem_cache* __kmem_cache_create(const char* name, size_t size, size_t align, slab_flags_t flags,
                                       kmem_any_fn_t ctor, int ctor_args, kmem_any_fn_t dtor, int dtor_args);

/* 0, or -EBUSY when objects are live: they are listed by address, and the cache goes on. NULL is fine.
 * (Linux: void) */
int kmem_cache_destroy(struct kmem_cache* cache);
/* Gives all empty slabs back. Returns 0 when no slab is left, else 1. */
int kmem_cache_shrink(struct kmem_cache* cache);
unsigned int kmem_cache_size(struct kmem_cache* cache); /* as asked for at creation */
const char* kmem_cache_name(struct kmem_cache* cache);

/* O(1), no loop but over 32-object words of one slab; at worst a new slab's making. NULL: no memory. */
void* kmem_cache_alloc(struct kmem_cache* cache, gfp_t flags);
void* __kmem_cache_alloc(struct kmem_cache* cache, gfp_t flags);
void* __kmem_cache_alloc_kernel(struct kmem_cache* cache); /* GFP_KERNEL */
void* kmem_cache_zalloc(struct kmem_cache* cache, gfp_t flags);
/* A pointer that is no live object of this cache is named, reported and refused. NULL is reported too. */
void kmem_cache_free(struct kmem_cache* cache, void* object);
/* All `count` or none: returns count or 0. */
int kmem_cache_alloc_bulk(struct kmem_cache* cache, gfp_t flags, size_t count, void** objects);
/* cache NULL: each object's own (kmalloc's large ones too). */
void kmem_cache_free_bulk(struct kmem_cache* cache, size_t count, void** objects);

/* kmalloc: at least ARCH_KMALLOC_MINALIGN aligned, physically contiguous, powers of two aligned to their
 * size. NULL: no memory or more than the limit. Any context that flags allow. */
extern struct kmem_cache* kmalloc_caches[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1];
void* __kmalloc(size_t size, gfp_t flags);
void* __kmalloc_kernel(size_t size); /* GFP_KERNEL */
void* kmalloc_large(size_t size, gfp_t flags);
void* kmem_cache_alloc_trace(struct kmem_cache* cache, gfp_t flags, size_t size);
/* NULL and ZERO_SIZE_PTR are fine. Anything that kmalloc or a cache did not give is named, reported and
 * refused. */
void kfree(const void* object);
void kfree_sensitive(const void* object); /* zeroes first */
size_t ksize(const void* object);         /* what may be used: the cache's object size, or whole pages */
/* The old contents up to the smaller size are kept; NULL: the old block is untouched. size 0 frees. */
void* krealloc(const void* object, size_t size, gfp_t flags) __attribute__((warn_unused_result));
void* kmemdup(const void* from, size_t size, gfp_t flags);
char* kstrdup(const char* text, gfp_t flags);
char* kstrndup(const char* text, size_t max, gfp_t flags);

/* kmalloc, or vmalloc when there is no contiguous memory for more than a page; flags as for kmalloc, thread context if it
 * comes to vmalloc. Free with kvfree. (mm/vmalloc) */
void* kvmalloc(size_t size, gfp_t flags);
void* kvzalloc(size_t size, gfp_t flags);
void kvfree(const void* memory);

#ifdef __cplusplus
}
#endif

#ifdef __cplusplus
#define MINK_CONSTEXPR constexpr
#else
#define MINK_CONSTEXPR static
#endif

/* Which cache serves `size` bytes: 96 and 192 stand between the powers of two. 0 for 0; above 8 K: one past
 * the last. */
MINK_CONSTEXPR inline __attribute__((always_inline)) unsigned int kmalloc_index(size_t size) {
  if (size == 0) return 0;
  if (size <= 32) return 5;
  if (size > 64 && size <= 96) return 1;
  if (size > 128 && size <= 192) return 2;
  if (size <= 64) return 6;
  if (size <= 128) return 7;
  if (size <= 256) return 8;
  if (size <= 512) return 9;
  if (size <= 1024) return 10;
  if (size <= 2048) return 11;
  if (size <= 4096) return 12;
  if (size <= 8192) return 13;
  return KMALLOC_SHIFT_HIGH + 1;
}

static inline __attribute__((always_inline)) enum kmalloc_cache_type kmalloc_type(gfp_t flags) {
  return (flags & __GFP_DMA) != 0 ? KMALLOC_DMA : KMALLOC_NORMAL;
}

/* The mask that nearly all pass needs no looking at. (The function of this name is for who takes its address.) */
extern inline __attribute__((gnu_inline, always_inline)) void* kmem_cache_alloc(struct kmem_cache* cache,
                                                                                gfp_t flags) {
  if (__builtin_constant_p(flags) && flags == GFP_KERNEL) return __kmem_cache_alloc_kernel(cache);
  return __kmem_cache_alloc(cache, flags);
}

static inline __attribute__((always_inline)) void* kmalloc(size_t size, gfp_t flags) {
  if (__builtin_constant_p(size)) {
    if (size == 0) return ZERO_SIZE_PTR;
    if (size > KMALLOC_MAX_CACHE_SIZE) return kmalloc_large(size, flags);
    return kmem_cache_alloc(kmalloc_caches[kmalloc_type(flags)][kmalloc_index(size)], flags);
  }
  if (__builtin_constant_p(flags) && flags == GFP_KERNEL) return __kmalloc_kernel(size);
  return __kmalloc(size, flags);
}

static inline __attribute__((always_inline)) void* kzalloc(size_t size, gfp_t flags) {
  return kmalloc(size, flags | __GFP_ZERO);
}
static inline __attribute__((always_inline)) void* kmalloc_array(size_t n, size_t size, gfp_t flags) {
  size_t bytes;
  if (__builtin_mul_overflow(n, size, &bytes)) return NULL;
  return kmalloc(bytes, flags);
}
static inline __attribute__((always_inline)) void* kcalloc(size_t n, size_t size, gfp_t flags) {
  return kmalloc_array(n, size, flags | __GFP_ZERO);
}
static inline __attribute__((warn_unused_result)) void* krealloc_array(void* object, size_t n, size_t size,
                                                                       gfp_t flags) {
  size_t bytes;
  if (__builtin_mul_overflow(n, size, &bytes)) return NULL;
  return krealloc(object, bytes, flags);
}
static inline __attribute__((always_inline)) void* kvmalloc_array(size_t n, size_t size, gfp_t flags) {
  size_t bytes;
  if (__builtin_mul_overflow(n, size, &bytes)) return NULL;
  return kvmalloc(bytes, flags);
}
static inline __attribute__((always_inline)) void* kvcalloc(size_t n, size_t size, gfp_t flags) {
  return kvmalloc_array(n, size, flags | __GFP_ZERO);
}
/* One node: the node says nothing. */
static inline __attribute__((always_inline)) void* kmalloc_node(size_t size, gfp_t flags, int node) {
  (void)node;
  return kmalloc(size, flags);
}
static inline __attribute__((always_inline)) void* kzalloc_node(size_t size, gfp_t flags, int node) {
  (void)node;
  return kzalloc(size, flags);
}
static inline void* kmem_cache_alloc_node(struct kmem_cache* cache, gfp_t flags, int node) {
  (void)node;
  return kmem_cache_alloc(cache, flags);
}
static inline void kfree_bulk(size_t count, void** objects) { kmem_cache_free_bulk(NULL, count, objects); }
/* Linux 2.0's, with the size; the size is not needed. */
static inline void kfree_s(const void* object, size_t size) {
  (void)size;
  kfree(object);
}
#define kzfree kfree_sensitive

#ifdef __cplusplus
#include <linux/slab_create.hpp>
#else
/* In C the old six-argument form is chosen by the argument count, and a constructor's kind by its type. */
#define MINK_KMEM_FN_ARGS(f) _Generic((f), kmem_ctor1_t : 1, kmem_ctor3_t : 3, default : 0)
#define MINK_KMEM_CREATE5(name, size, align, flags, ctor)                                               \
  __kmem_cache_create((name), (size), (align), (flags), (kmem_any_fn_t)(ctor), MINK_KMEM_FN_ARGS(ctor), \
                      NULL, 0)
#define MINK_KMEM_CREATE6(name, size, align, flags, ctor, dtor)                                         \
  __kmem_cache_create((name), (size), (align), (flags), (kmem_any_fn_t)(ctor), MINK_KMEM_FN_ARGS(ctor), \
                      (kmem_any_fn_t)(dtor), MINK_KMEM_FN_ARGS(dtor))
#define MINK_KMEM_PICK(a, b, c, d, e, f, create, ...) create
#define kmem_cache_create(...) \
  MINK_KMEM_PICK(__VA_ARGS__, MINK_KMEM_CREATE6, MINK_KMEM_CREATE5, 0, 0, 0, 0)(__VA_ARGS__)
#endif

/* A cache for `struct type`, named after it. */
#define KMEM_CACHE(type, flags) \
  kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), (flags), NULL)
