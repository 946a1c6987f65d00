// SPDX-License-Identifier: MIT
// Caches: made, listed, destroyed.
#include <algorithm>
#include <base/assert.hpp>
#include <cstring>
#include <initializer_list>
#include <mm/page_allocator.hpp>
#include <new>

#include "slab/debug.hpp"
#include "slab/free_map.hpp"
#include "slab/layout.hpp"
#include "slab/report.hpp"

namespace mink::mm {
namespace {

constexpr const char* kCacheCacheName = "kmem_cache";

struct KmallocCache {
  unsigned index;
  std::size_t size;
  const char* names[NR_KMALLOC_TYPES];
};
constexpr KmallocCache kKmallocCaches[] = {
    {5, 32, {"kmalloc-32", "dma-kmalloc-32"}},    {6, 64, {"kmalloc-64", "dma-kmalloc-64"}},
    {1, 96, {"kmalloc-96", "dma-kmalloc-96"}},    {7, 128, {"kmalloc-128", "dma-kmalloc-128"}},
    {2, 192, {"kmalloc-192", "dma-kmalloc-192"}}, {8, 256, {"kmalloc-256", "dma-kmalloc-256"}},
    {9, 512, {"kmalloc-512", "dma-kmalloc-512"}}, {10, 1024, {"kmalloc-1k", "dma-kmalloc-1k"}},
    {11, 2048, {"kmalloc-2k", "dma-kmalloc-2k"}}, {12, 4096, {"kmalloc-4k", "dma-kmalloc-4k"}},
    {13, 8192, {"kmalloc-8k", "dma-kmalloc-8k"}},
};

// Powers of two are aligned to their size, up to a page; 96 and 192 to a cache line and two.
constexpr std::size_t kmalloc_align(std::size_t size) {
  return std::has_single_bit(size) ? (size < kPageSize ? size : kPageSize) : size & ~(size - 1);
}
static_assert(kmalloc_align(96) == 32 && kmalloc_align(192) == 64 && kmalloc_align(64) == 64);

// What is wrong with the request, or nullptr.
const char* flaw(const CacheSpec& spec) {
  if (spec.name == nullptr || spec.name[0] == '\0') return "no name";
  if (spec.size == 0) return "no size";
  if (spec.size > KMALLOC_MAX_SIZE) return "objects beyond KMALLOC_MAX_SIZE";
  if (spec.align != 0 && !std::has_single_bit(spec.align)) return "align is no power of two";
  if (spec.align > kPageSize) return "align beyond a page";
  const auto known = [](kmem_any_fn_t f, int arguments) {
    return f == nullptr || arguments == 1 || arguments == 3;
  };
  if (!known(spec.ctor, spec.ctor_args))
    return "a constructor takes (void*) or (void*, struct kmem_cache*, unsigned long)";
  if (!known(spec.dtor, spec.dtor_args))
    return "a destructor takes (void*) or (void*, struct kmem_cache*, unsigned long)";
  if ((spec.flags & SLAB_TYPESAFE_BY_RCU) != 0 && spec.dtor != nullptr)
    return "SLAB_TYPESAFE_BY_RCU: readers may still look at what the destructor takes apart";
  return nullptr;
}

}  // namespace

Err SlabAllocator::init(PageAllocator& pages, const SlabOptions& options) {
  MINK_ASSERT(source_ == nullptr);
  source_ = &pages;
  linear_.base = pages.linear_base().raw();
  linear_.count = pages.page_count();
  linear_.map = pages.mem_map();
  kmalloc_max_ = options.kmalloc_max < KMALLOC_MAX_CACHE_SIZE ? KMALLOC_MAX_CACHE_SIZE
                 : options.kmalloc_max > KMALLOC_MAX_SIZE     ? KMALLOC_MAX_SIZE
                                                              : options.kmalloc_max;
  debug_option_ = options.debug;
  flags_of_all_ = options.store_users ? SLAB_STORE_USER : 0;
  pages.add_shrinker(*this);
  const CacheSpec own{kCacheCacheName, sizeof(kmem_cache), alignof(kmem_cache), 0, nullptr, 0, nullptr, 0};
  if (const Err e = init_cache(cache_cache_, own); !ok(e)) return e;
  cache_cache_.permanent = true;
  for (const kmalloc_cache_type type : {KMALLOC_NORMAL, KMALLOC_DMA}) {
    for (const KmallocCache& k : kKmallocCaches) {
      CacheSpec spec{k.names[type], k.size, std::max(kmalloc_align(k.size), kCacheLine), 0, nullptr, 0,
                     nullptr,       0};
      if (type == KMALLOC_DMA) spec.flags |= SLAB_CACHE_DMA;
      void* const memory = alloc(cache_cache_, GFP_NOWAIT, MINK_CALLER());
      if (memory == nullptr) return Err::NoMem;
      auto* const cache = ::new (memory) kmem_cache{};
      if (const Err e = init_cache(*cache, spec); !ok(e)) return e;
      cache->permanent = true;
      kmalloc_caches_[type][k.index] = cache;
    }
  }
  return Err::Ok;
}

Err SlabAllocator::shut_down() {
  while (caches_.front() != &cache_cache_) {
    caches_.front()->permanent = false;
    if (const Err e = destroy(*caches_.front(), MINK_CALLER()); !ok(e)) return e;
  }
  shrink_cache(cache_cache_);
  caches_.erase(cache_cache_);
  for (auto& type : kmalloc_caches_) {
    for (kmem_cache*& cache : type) cache = nullptr;
  }
  source_ = nullptr;
  return Err::Ok;
}

// Fills in a zeroed cache and lists it. The name is not copied here.
Err SlabAllocator::init_cache(kmem_cache& cache, const CacheSpec& asked) {
  CacheSpec spec = asked;
  spec.flags |= flags_of_all_;
  if (debug_option_) spec.flags = debug_flags(*debug_option_, spec.name, spec.flags);
  const SlabLayout layout = make_layout(spec.size, spec.align, spec.flags);
  if (layout.order > KMALLOC_MAX_ORDER) return Err::Inval;
  const ExactDivider divider = exact_divider(layout.slot_size);
  const bool debug = (spec.flags & kDebugFlags) != 0;
  cache.word = const_cast<unsigned*>(&kNoWord);
  cache.partial.clear();
  cache.size = static_cast<unsigned>(layout.slot_size);
  cache.inverse = divider.inverse;
  cache.shift = divider.shift;
  cache.slab_mask = static_cast<unsigned>(layout.bytes() - 1);
  cache.object_limit = debug ? 0 : layout.objects;
  cache.objects = layout.objects;
  cache.flags = spec.flags;
  cache.object_size = static_cast<unsigned>(spec.size);
  cache.left_pad = static_cast<unsigned>(layout.left_pad);
  cache.right_zone = static_cast<unsigned>(layout.right_zone);
  cache.right_end = static_cast<unsigned>(layout.right_end);
  cache.tracks = static_cast<unsigned>(layout.tracks);
  cache.map_offset = static_cast<unsigned>(layout.map_offset);
  cache.map_words = layout.map_words;
  cache.phantom = layout.phantom;
  cache.order = layout.order;
  cache.ctor = spec.ctor;
  cache.dtor = spec.dtor;
  cache.ctor_args = static_cast<std::uint8_t>(spec.ctor != nullptr ? spec.ctor_args : 0);
  cache.dtor_args = static_cast<std::uint8_t>(spec.dtor != nullptr ? spec.dtor_args : 0);
  cache.name = spec.name;
  cache.owner = this;
  const arch::IrqGuard guard;
  open_or_close(cache);
  caches_.push_front(cache);
  return Err::Ok;
}

kmem_cache* SlabAllocator::refuse(const CacheSpec& spec, const char* reason, const void* caller) const {
  const char* const name = spec.name != nullptr ? spec.name : "(null)";
  if ((spec.flags & SLAB_PANIC) != 0)
    panic("kmem_cache_create(%s): %s, called from %pS\n", name, reason, caller);
  printk(KERN_ERR "kmem_cache_create(%s): %s, called from %pS\n", name, reason, caller);
  return nullptr;
}

kmem_cache* SlabAllocator::create(const CacheSpec& spec, const void* caller) {
  if (const char* const reason = flaw(spec); reason != nullptr) return refuse(spec, reason, caller);
  void* const memory = alloc(cache_cache_, GFP_KERNEL, caller);
  if (memory == nullptr) return refuse(spec, "no memory", caller);
  const std::size_t length = std::strlen(spec.name) + 1;
  auto* const name = static_cast<char*>(kmalloc(length, GFP_KERNEL, caller));
  if (name == nullptr) {
    free(cache_cache_, memory, caller);
    return refuse(spec, "no memory", caller);
  }
  std::memcpy(name, spec.name, length);
  auto* const cache = ::new (memory) kmem_cache{};
  CacheSpec named = spec;
  named.name = name;
  if (!ok(init_cache(*cache, named))) {
    kfree(name, caller);
    free(cache_cache_, memory, caller);
    return refuse(spec, "objects with their red zones are beyond the largest block", caller);
  }
  cache->owns_name = true;
  return cache;
}

Err SlabAllocator::destroy(kmem_cache& cache, const void* caller) {
  if (cache.permanent || live_objects(cache) != 0) {
    SlabReport::still_live(*this, cache, caller);
    return Err::Busy;
  }
  shrink_cache(cache);
  {
    const arch::IrqGuard guard;
    caches_.erase(cache);
  }
  if (cache.owns_name) kfree(cache.name, caller);
  free(cache_cache_, &cache, caller);
  return Err::Ok;
}

kmem_cache* SlabAllocator::find_cache(const char* name) const {
  for (kmem_cache& cache : caches_) {
    if (std::strcmp(cache.name, name) == 0) return &cache;
  }
  return nullptr;
}

}  // namespace mink::mm
