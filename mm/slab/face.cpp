// SPDX-License-Identifier: MIT
// The functions of <linux/slab.h>: the face of the kernel's instance. A cache of another instance works here
// too, since a cache knows its owner.
#include <base/assert.hpp>
#include <cstring>
#include <mm/kernel_memory.hpp>

#include <linux/string.h>

#include "slab/fast_path.hpp"
#include "slab/kmalloc_table.hpp"
#include "slab/report.hpp"

namespace mink::mm {
namespace {

SlabAllocator& kernel_slab() { return kernel_memory_instance.slab; }

}  // namespace

void SlabFast::free_elsewhere(kmem_cache& cache, const void* object, arch::IrqState irq) {
  const page* const p = cache.owner->page_of(object);
  if (p != nullptr && p->slab_cache == &cache && put_anywhere(cache, *p, object, irq)) [[likely]]
    return;
  arch::irq_restore(irq);
  slow_free(cache, object);
}

// The current word is used up: an object of the slab that has waited longest. Most caches' slabs have one word, so that the
// current one is full. Called with irqs off; leaves them as `irq` says.
void* SlabFast::next_slab(arch::IrqState irq, gfp_t gfp, kmem_cache& cache) {
  if (cache.open_words != 1 || cache.partial.is_empty()) [[unlikely]]
    return next_word(cache, gfp, irq);
  if (cache.current != nullptr) [[likely]]
    set_full(*cache.current);
  page& slab = cache.partial.take_first();
  cache.current = &slab;
  void* const object = begin_word(cache, slab.slab_word, cache.owner->source_->linear_address(&slab));
  arch::irq_restore(irq);
  return (gfp & __GFP_ZERO) != 0 ? clear_words(object, cache.object_size) : object;
}
// The same for slabs of several words, and for want of a slab.
void* SlabFast::next_word(kmem_cache& cache, gfp_t gfp, arch::IrqState irq) {
  if (cache.open_words == 0) [[unlikely]] {
    arch::irq_restore(irq);
    return slow_alloc(cache, gfp);
  }
  void* const object = cache.owner->take_elsewhere(cache);
  if (object == nullptr) [[unlikely]]
    return add_slab(cache, gfp, irq);
  arch::irq_restore(irq);
  return (gfp & __GFP_ZERO) != 0 ? clear_words(object, cache.object_size) : object;
}
void* SlabFast::add_slab(kmem_cache& cache, gfp_t gfp, arch::IrqState irq) {
  arch::irq_restore(irq);
  return cache.owner->alloc_of_new(cache, gfp, MINK_CALLER());
}
void* SlabFast::slow_alloc(kmem_cache& cache, gfp_t gfp) {
  return cache.owner->alloc_slow(cache, gfp, MINK_CALLER());
}
// A large block's first page, or what must not be freed.
void SlabFast::kfree_pages(const void* object, const page& p) {
  SlabAllocator& slab = kernel_slab();
  if (slab.free_large(const_cast<page&>(p), object, MINK_CALLER())) [[likely]]
    return;
  slab.free_slow(nullptr, object, MINK_CALLER());
}
void SlabFast::slow_kfree(const void* object) { kernel_slab().free_slow(nullptr, object, MINK_CALLER()); }
void SlabFast::slow_free(kmem_cache& cache, const void* object) {
  cache.owner->free_slow(&cache, object, MINK_CALLER());
}

Err init_kernel_slab(const SlabOptions& options) {
  SlabAllocator& slab = kernel_slab();
  const Err e = slab.init(kernel_memory_instance.pages, options);
  if (!ok(e)) return e;
  for (unsigned type = 0; type < NR_KMALLOC_TYPES; ++type) {
    for (unsigned i = 0; i <= KMALLOC_SHIFT_HIGH; ++i) {
      kmalloc_caches[type][i] = slab.kmalloc_cache(static_cast<kmalloc_cache_type>(type), i);
    }
  }
  return Err::Ok;
}

}  // namespace mink::mm

using namespace mink;
using namespace mink::mm;

extern "C" {

constinit kmem_cache* kmalloc_caches[NR_KMALLOC_TYPES][KMALLOC_SHIFT_HIGH + 1] = {};

kmem_cache* __kmem_cache_create(const char* name, std::size_t size, std::size_t align, slab_flags_t flags,
                                kmem_any_fn_t ctor, int ctor_args, kmem_any_fn_t dtor, int dtor_args) {
  return kernel_slab().create({name, size, align, flags, ctor, ctor_args, dtor, dtor_args}, MINK_CALLER());
}

kmem_cache* kmem_cache_create(const char* name, std::size_t size, std::size_t align, slab_flags_t flags,
                              kmem_ctor1_t ctor) {
  return kernel_slab().create(
      {name, size, align, flags, reinterpret_cast<kmem_any_fn_t>(ctor), 1, nullptr, 0}, MINK_CALLER());
}

int kmem_cache_destroy(kmem_cache* cache) {
  if (cache == nullptr) return 0;
  return static_cast<int>(cache->owner->destroy(*cache, MINK_CALLER()));
}

int kmem_cache_shrink(kmem_cache* cache) {
  cache->owner->shrink_cache(*cache);
  return cache->slab_count == 0 ? 0 : 1;
}

unsigned kmem_cache_size(kmem_cache* cache) { return cache->object_size; }
const char* kmem_cache_name(kmem_cache* cache) { return cache->name; }

void* __kmem_cache_alloc(kmem_cache* cache, gfp_t flags) { return SlabFast::alloc(*cache, flags); }
// kmem_cache_alloc for who takes its address; the name itself is <linux/slab.h>'s inline function.
void* kmem_cache_alloc_address(kmem_cache* cache, gfp_t flags) __asm__("kmem_cache_alloc");
void* kmem_cache_alloc_address(kmem_cache* cache, gfp_t flags) { return __kmem_cache_alloc(cache, flags); }
void* __kmem_cache_alloc_kernel(kmem_cache* cache) { return SlabFast::alloc(*cache, GFP_KERNEL); }
void* kmem_cache_zalloc(kmem_cache* cache, gfp_t flags) {
  return __kmem_cache_alloc(cache, flags | __GFP_ZERO);
}
void* kmem_cache_alloc_trace(kmem_cache* cache, gfp_t flags, std::size_t) {
  return __kmem_cache_alloc(cache, flags);
}

void kmem_cache_free(kmem_cache* cache, void* object) { SlabFast::free(*cache, object); }

int kmem_cache_alloc_bulk(kmem_cache* cache, gfp_t flags, std::size_t count, void** objects) {
  return cache->owner->alloc_bulk(*cache, flags, count, objects, MINK_CALLER()) ? static_cast<int>(count) : 0;
}

void kmem_cache_free_bulk(kmem_cache* cache, std::size_t count, void** objects) {
  SlabAllocator& slab = cache != nullptr ? *cache->owner : kernel_slab();
  slab.free_bulk(cache, count, objects, MINK_CALLER());
}

void* __kmalloc(std::size_t size, gfp_t flags) {
  const std::size_t last = size - 1;  // 0 becomes the largest
  if (last >= KMALLOC_MAX_CACHE_SIZE) [[unlikely]] {
    return size == 0 ? ZERO_SIZE_PTR : kernel_slab().kmalloc_large(size, flags, MINK_CALLER());
  }
  return SlabFast::alloc(*kmalloc_caches[kmalloc_type(flags)][kKmallocIndex[last / kKmallocGranule]], flags);
}

// Nothing of the mask is to be looked at.
void* __kmalloc_kernel(std::size_t size) {
  const std::size_t last = size - 1;
  if (last >= KMALLOC_MAX_CACHE_SIZE) [[unlikely]]
    return __kmalloc(size, GFP_KERNEL);
  return SlabFast::alloc(*kmalloc_caches[KMALLOC_NORMAL][kKmallocIndex[last / kKmallocGranule]], GFP_KERNEL);
}

void* kmalloc_large(std::size_t size, gfp_t flags) {
  return kernel_slab().kmalloc_large(size, flags, MINK_CALLER());
}

void kfree(const void* object) { SlabFast::kfree(object); }

void kfree_sensitive(const void* object) {
  const std::size_t size = kernel_slab().ksize(object, MINK_CALLER());
  if (size != 0) {
    memzero_explicit(const_cast<void*>(object), size);
  } else if (!ZERO_OR_NULL_PTR(object)) {
    return;  // reported by ksize
  }
  kernel_slab().kfree(object, MINK_CALLER());
}

std::size_t ksize(const void* object) { return kernel_slab().ksize(object, MINK_CALLER()); }

void* krealloc(const void* object, std::size_t size, gfp_t flags) {
  return kernel_slab().krealloc(object, size, flags, MINK_CALLER());
}

void* kmemdup(const void* from, std::size_t size, gfp_t flags) {
  void* const copy = kernel_slab().kmalloc(size, flags, MINK_CALLER());
  if (copy != nullptr && size != 0) std::memcpy(copy, from, size);
  return copy;
}

char* kstrndup(const char* text, std::size_t max, gfp_t flags) {
  if (text == nullptr) return nullptr;
  const std::size_t length = strnlen(text, max);
  auto* const copy = static_cast<char*>(kernel_slab().kmalloc(length + 1, flags, MINK_CALLER()));
  if (copy == nullptr) return nullptr;
  std::memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

char* kstrdup(const char* text, gfp_t flags) {
  return text == nullptr ? nullptr : static_cast<char*>(kmemdup(text, std::strlen(text) + 1, flags));
}
}
