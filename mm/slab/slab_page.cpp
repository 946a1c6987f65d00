// SPDX-License-Identifier: MIT
// Slabs are bought from the page allocator, cut into objects, and sold again.
#include <base/assert.hpp>
#include <cstddef>
#include <mm/kernel_memory.hpp>
#include <mm/page_state.hpp>
#include <sync/preempt.hpp>

#include <linux/rcupdate.h>

#include "slab/debug.hpp"
#include "slab/free_map.hpp"
#include "slab/round.hpp"

namespace mink::mm {
namespace {

// What of a caller's flags concerns pages of a slab.
gfp_t page_flags(const kmem_cache& cache, gfp_t gfp) {
  gfp &= ~(__GFP_ZERO | __GFP_HIGHMEM | __GFP_MOVABLE | __GFP_RECLAIMABLE | __GFP_COMP | __GFP_COLD);
  if ((cache.flags & SLAB_CACHE_DMA) != 0) gfp |= __GFP_DMA;
  if ((cache.flags & SLAB_RECLAIM_ACCOUNT) != 0) gfp |= __GFP_RECLAIMABLE;
  return gfp;
}

void call_for_each(const kmem_cache& cache, std::uintptr_t base, kmem_any_fn_t function, unsigned arguments,
                   unsigned long what) {
  for (unsigned i = 0; i < cache.objects; ++i) {
    void* const object = reinterpret_cast<void*>(base + std::uintptr_t{i} * cache.size + cache.left_pad);
    if (arguments == 1) {
      reinterpret_cast<kmem_ctor1_t>(function)(object);
    } else {
      reinterpret_cast<kmem_ctor3_t>(function)(object, const_cast<kmem_cache*>(&cache), what);
    }
  }
}

// A slab's block waits as an ordinary allocated one; its link is the callback's.
void free_after_readers(rcu_head* head) {
  page* const block = reinterpret_cast<page*>(reinterpret_cast<char*>(head) - offsetof(page, link));
  kernel_memory().pages.free(block, order_of(*block), MINK_CALLER());
}

// Empty slabs that a cache keeps, so that a caller who takes and gives back many objects does not buy and sell pages
// with each round: 64 KB, but at least two.
unsigned kept_empty(const kmem_cache& cache) {
  constexpr unsigned kPages = 16, kLeast = 2;
  const unsigned slabs = kPages >> cache.order;
  return slabs > kLeast ? slabs : kLeast;
}

}  // namespace

page* SlabAllocator::slab_of(const kmem_cache& cache, const void* address) const {
  return page_of(reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(address) &
                                               ~std::uintptr_t{cache.slab_mask}));
}

// One more slab, with every object free. Irqs as the caller has them. False: no memory (reported below).
bool SlabAllocator::add_slab(kmem_cache& cache, gfp_t gfp, const void* caller) {
  page* const slab = source_->alloc_for_long(page_flags(cache, gfp), cache.order, caller);
  if (slab == nullptr) return false;
  const std::uintptr_t base = address_of(*slab);
  MINK_ASSERT((base & cache.slab_mask) == 0);  // init(): blocks are aligned to their size
  const std::size_t pages = std::size_t{1} << cache.order;
  unsigned* const map =
      cache.map_offset != 0 ? reinterpret_cast<unsigned*>(base + cache.map_offset) : slab->slab_word;
  for (unsigned w = 0; w < cache.map_words; ++w) map[w] = real_bits(cache, w);
  if (cache.ctor_args != 0) call_for_each(cache, base, cache.ctor, cache.ctor_args, SLAB_CTOR_CONSTRUCTOR);
  if (is_debug(cache)) SlabDebug::paint_slab(cache, base);
  const arch::IrqGuard guard;  // marked and counted at once: the figures add up whoever looks
  set_slab_state(*slab, true);
  for (std::size_t i = 0; i < pages; ++i) {
    slab[i].slab_map = map;
    slab[i].slab_cache = &cache;
  }
  cache.partial.push_back(*slab);
  ++cache.slab_count;
  pages_of_kind(cache) += pages;
  return true;
}

// `slab` is on no list any more: its pages are no slab's from now on. Irqs off.
void SlabAllocator::strike_slab(kmem_cache& cache, page& slab) {
  const std::size_t pages = std::size_t{1} << cache.order;
  for (std::size_t i = 0; i < pages; ++i) {
    (&slab)[i].slab_cache = nullptr;
    (&slab)[i].slab_map = nullptr;
    (&slab)[i].slab_word[0] = (&slab)[i].slab_word[1] = 0;
  }
  set_slab_state(slab, false);
  --cache.slab_count;
  pages_of_kind(cache) -= pages;
}

// `slab` is struck. Irqs as the caller has them.
// SLAB_TYPESAFE_BY_RCU: its objects stay what they are until every reader of now has finished; only then does the
// page allocator have the pages. (Such a cache has no destructor.)
void SlabAllocator::release_slab(kmem_cache& cache, page& slab) {
  const std::uintptr_t base = address_of(slab);
  if (cache.dtor_args != 0) call_for_each(cache, base, cache.dtor, cache.dtor_args, 0);
  if ((cache.flags & SLAB_TYPESAFE_BY_RCU) != 0 && after_readers_ != nullptr) {
    static_assert(sizeof(rcu_head) <= sizeof(page_link));
    after_readers_(reinterpret_cast<rcu_head*>(&slab.link), free_after_readers);
    return;
  }
  source_->free(&slab, cache.order, MINK_CALLER());
}

// Takes the current slab out of use. Irqs off.
void SlabAllocator::set_aside_current(kmem_cache& cache) {
  page* const slab = cache.current;
  forget_current(cache);
  if (slab == nullptr) return;
  if (exhausted(cache, *slab)) {
    set_full(*slab);
  } else {
    cache.partial.push_back(*slab);
  }
}

// Releases empty slabs but for `kept` of them, until `pages` pages are given back. Returns the number of pages. Preemption
// off.
std::size_t SlabAllocator::release_empty(kmem_cache& cache, std::size_t pages, unsigned kept) {
  if (kept == 0) {
    const arch::IrqGuard guard;
    if (cache.current != nullptr && all_free(cache, *cache.current)) set_aside_current(cache);
  }
  std::size_t given = 0;
  for (SlabRound round{cache}; given < pages;) {
    page* slab;
    {
      const arch::IrqGuard guard;
      slab = round.take();
      if (slab == nullptr) break;
      if (!all_free(cache, *slab) || kept != 0) {
        if (all_free(cache, *slab)) --kept;
        round.put_back(*slab);
        continue;
      }
      strike_slab(cache, *slab);
    }
    release_slab(cache, *slab);
    given += std::size_t{1} << cache.order;
  }
  return given;
}

std::size_t SlabAllocator::shrink_cache(kmem_cache& cache) {
  const sync::PreemptGuard guard;
  return release_empty(cache, ~std::size_t{0}, 0);
}

// Of all caches in turn, each for `reclaim` or to what it keeps. Preemption off for each: it cannot be destroyed meanwhile.
std::size_t SlabAllocator::release_of_all(std::size_t pages, bool reclaim) {
  std::size_t given = 0;
  for (std::size_t turn = 0; given < pages; ++turn) {
    const sync::PreemptGuard guard;
    std::size_t n = 0;
    kmem_cache* cache = nullptr;
    for (kmem_cache& each : caches_) {
      if (n++ == turn) cache = &each;
    }
    if (cache == nullptr) break;
    if (reclaim && (cache->flags & SLAB_NO_REAP) != 0) continue;
    given += release_empty(*cache, pages - given, reclaim ? 0 : kept_empty(*cache));
  }
  return given;
}

std::size_t SlabAllocator::shrink(gfp_t, std::size_t pages) { return release_of_all(pages, true); }

void SlabAllocator::reap() { release_of_all(~std::size_t{0}, false); }

}  // namespace mink::mm
