// SPDX-License-Identifier: MIT
// The functions of <linux/mempool.h> that need the kernel's instances, and the ready-made callbacks.
#include <base/assert.hpp>
#include <mm/kernel_memory.hpp>
#include <mm/mempool.hpp>

#include <linux/gfp.h>

using namespace mink;
using namespace mink::mm;

extern "C" {

int mempool_init(mempool_t* pool, int min_nr, mempool_alloc_t* alloc_fn, mempool_free_t* free_fn,
                 void* pool_data) {
  return static_cast<int>(mempool_init_in(kernel_memory_instance.slab, *pool, min_nr, alloc_fn, free_fn,
                                          pool_data, GFP_KERNEL, MINK_CALLER()));
}

mempool_t* mempool_create_node(int min_nr, mempool_alloc_t* alloc_fn, mempool_free_t* free_fn,
                               void* pool_data, gfp_t gfp_mask, int) {
  SlabAllocator& slab = kernel_memory_instance.slab;
  auto* const pool = static_cast<mempool_t*>(slab.kmalloc(sizeof(mempool_t), gfp_mask, MINK_CALLER()));
  if (pool == nullptr) return nullptr;
  if (ok(mempool_init_in(slab, *pool, min_nr, alloc_fn, free_fn, pool_data, gfp_mask, MINK_CALLER())))
    return pool;
  slab.kfree(pool, MINK_CALLER());
  return nullptr;
}

mempool_t* mempool_create(int min_nr, mempool_alloc_t* alloc_fn, mempool_free_t* free_fn, void* pool_data) {
  return mempool_create_node(min_nr, alloc_fn, free_fn, pool_data, GFP_KERNEL, 0);
}

void mempool_exit(mempool_t* pool) { (void)mempool_exit_from(*pool, MINK_CALLER()); }

void mempool_destroy(mempool_t* pool) {
  if (pool == nullptr) return;
  if (mempool_refuse_destroy(*pool, MINK_CALLER())) return;
  auto* const memory = static_cast<SlabAllocator*>(pool->memory);
  (void)mempool_exit_from(*pool, MINK_CALLER());
  memory->kfree(pool, MINK_CALLER());
}

int mempool_resize(mempool_t* pool, int new_min_nr) {
  return static_cast<int>(mempool_resize_to(*pool, new_min_nr, MINK_CALLER()));
}

void* mempool_alloc_slab(gfp_t gfp_mask, void* pool_data) {
  return kmem_cache_alloc(static_cast<kmem_cache*>(pool_data), gfp_mask);
}
void mempool_free_slab(void* element, void* pool_data) {
  kmem_cache_free(static_cast<kmem_cache*>(pool_data), element);
}

void* mempool_kmalloc(gfp_t gfp_mask, void* pool_data) {
  return __kmalloc(reinterpret_cast<std::size_t>(pool_data), gfp_mask);
}
void mempool_kfree(void* element, void*) { kfree(element); }

void* mempool_alloc_pages(gfp_t gfp_mask, void* pool_data) {
  const auto order = static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(pool_data));
  return alloc_pages(gfp_mask, order);
}
void mempool_free_pages(void* element, void* pool_data) {
  const auto order = static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(pool_data));
  __free_pages(static_cast<page*>(element), order);
}
}
