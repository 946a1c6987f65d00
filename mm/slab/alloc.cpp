// SPDX-License-Identifier: MIT
// Allocation: the fast path, and where the next word comes from when the current one is used up.
#include <mm/gfp_policy.hpp>
#include <mm/page_allocator.hpp>

#include "slab/debug.hpp"
#include "slab/fast_path.hpp"

namespace mink::mm {

void* SlabAllocator::alloc(kmem_cache& cache, gfp_t gfp, const void* caller) {
  return SlabFast::alloc(cache, gfp,
                         [caller](kmem_cache& c, gfp_t g) { return c.owner->alloc_slow(c, g, caller); });
}

// Makes another word the current one: of the same slab, of the longest-waiting partial slab, of an empty one.
// False: no slab has a free object. Irqs off. O(words of a slab).
bool SlabAllocator::next_word(kmem_cache& cache) {
  page* slab = cache.current;
  if (slab == nullptr || exhausted(cache, *slab)) {
    set_aside_current(cache);
    slab = cache.partial.front();
    if (slab != nullptr) {
      cache.partial.erase(*slab);
    } else {
      slab = cache.empty.front();
      if (slab == nullptr) return false;
      cache.empty.erase(*slab);
      --cache.empty_count;
    }
    cache.current = slab;
  }
  unsigned w = 0;
  while (slab->slab_map[w] == 0) ++w;
  cache.forget_last();  // its word is no longer the current one
  cache.word = slab->slab_map + w;
  cache.word_base = address_of(*slab) + std::uintptr_t{w} * kWordObjects * cache.size;
  return true;
}

void* SlabAllocator::alloc_slow(kmem_cache& cache, gfp_t gfp, const void* caller) {
  if (may_sleep(gfp)) gfp = source_->fit_to_context(modern_gfp(gfp), caller);
  if (failures_ != nullptr && (gfp & __GFP_NOFAIL) == 0 &&
      failures_->fails(gfp, cache.object_size, 0, caller))
    return nullptr;
  void* object = nullptr;
  for (;;) {
    {
      const arch::IrqGuard guard;
      ++serial_;
      if (is_debug(cache)) {
        object = take_debug(cache);
      } else {
        // An interrupt may have brought a word meanwhile.
        if (!SlabFast::take(cache, object) && next_word(cache)) (void)SlabFast::take(cache, object);
        if (failures_ != nullptr) set_aside_current(cache);  // the next one is to come here, too
      }
    }
    if (object != nullptr) break;
    if (!add_slab(cache, gfp, caller)) return nullptr;
  }
  if (is_debug(cache)) SlabDebug::taken(*this, cache, object, caller);
  if ((gfp & __GFP_ZERO) != 0) std::memset(object, 0, cache.object_size);
  return object;
}

void SlabAllocator::set_failures(FailureSource* source) {
  sync::preempt_disable();  // no cache is made or destroyed
  failures_ = source;
  for (kmem_cache& cache : caches_) {
    const arch::IrqGuard guard;
    set_aside_current(cache);
  }
  sync::preempt_enable();
}

// As many as each word has, word by word: interrupts are off for at most 32 objects.
bool SlabAllocator::alloc_bulk(kmem_cache& cache, gfp_t gfp, std::size_t count, void** objects,
                               const void* caller) {
  if (may_sleep(gfp)) gfp = source_->fit_to_context(modern_gfp(gfp), caller);
  std::size_t done = 0;
  while (done < count) {
    {
      const arch::IrqGuard guard;
      const std::uintptr_t base = cache.word_base;
      const unsigned size = cache.size;
      unsigned free = *cache.word;
      const bool any = free != 0;
      for (; free != 0 && done < count; free &= free - 1) {
        const auto slot = static_cast<unsigned>(std::countl_zero(free & -free));
        objects[done++] = reinterpret_cast<void*>(base + slot * size);
      }
      if (any) *cache.word = free;
    }
    if (done == count) break;
    objects[done] = alloc_slow(cache, gfp & ~__GFP_ZERO, caller);
    if (objects[done] == nullptr) {
      free_bulk(&cache, done, objects, caller);
      return false;
    }
    ++done;
  }
  if ((gfp & __GFP_ZERO) != 0) {
    for (std::size_t i = 0; i < count; ++i) std::memset(objects[i], 0, cache.object_size);
  }
  return true;
}

}  // namespace mink::mm
