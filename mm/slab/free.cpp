// SPDX-License-Identifier: MIT
// Freeing: the object's page names its cache, its map says whether the object was allocated at all, and a
// slab that thereby becomes partial or empty changes its list.
#include <mm/page_allocator.hpp>

#include "slab/debug.hpp"
#include "slab/fast_path.hpp"
#include "slab/report.hpp"

namespace mink::mm {
namespace {

// Empty slabs that a cache keeps, so that a caller who takes and gives back many objects does not buy and sell pages
// with each round: 64 KB, but at least two.
unsigned kept_empty(const kmem_cache& cache) {
  constexpr unsigned kPages = 16, kLeast = 2;
  const unsigned slabs = kPages >> cache.order;
  return slabs > kLeast ? slabs : kLeast;
}

}  // namespace

void SlabAllocator::free(kmem_cache& cache, const void* object, const void* caller) {
  const arch::IrqState irq = arch::irq_save();
  const page* const p = page_of(object);
  if (p != nullptr && p->slab_cache == &cache && SlabFast::put_anywhere(cache, *p, object, irq)) return;
  arch::irq_restore(irq);
  cache.owner->free_slow(&cache, object, caller);
}

void SlabAllocator::kfree(const void* object, const void* caller) {
  const arch::IrqState irq = arch::irq_save();
  const page* const p = page_of(object);
  if (p != nullptr && p->slab_cache != nullptr && SlabFast::put_anywhere(*p->slab_cache, *p, object, irq))
    return;
  arch::irq_restore(irq);
  free_slow(nullptr, object, caller);
}

// Has `slab` no free object but those of `word`?
static bool no_other_word(const kmem_cache& cache, const page& slab, const unsigned* word) {
  for (const unsigned* w = slab.slab_map; w != slab.slab_map + cache.map_words; ++w) {
    if (w != word && *w != 0) return false;
  }
  return true;
}

// Objects came back to `word` of `slab`, which was `old` before, and that was 0 or the word has become all free: is the slab
// on the right list? Irqs off. Returns the slab if it is one empty slab too many: struck, to be released.
[[gnu::always_inline]] inline page* SlabAllocator::relist(kmem_cache& cache, page& slab, const unsigned* word,
                                                          unsigned old) {
  if (&slab == cache.current) return nullptr;
  const bool one_word = cache.map_words == 1;
  const bool was_full = old == 0 && (one_word || no_other_word(cache, slab, word));
  const bool is_empty = (*word | cache.phantom) == kAllFree && (one_word || all_free(cache, slab));
  if (was_full) {
    cache.full.erase(slab);
    if (!is_empty) cache.partial.push_back(slab);
  } else if (is_empty) {
    cache.partial.erase(slab);
  }
  if (!is_empty) return nullptr;
  if (cache.empty_count < kept_empty(cache)) {
    cache.empty.push_back(slab);
    ++cache.empty_count;
    return nullptr;
  }
  cache.owner->strike_slab(cache, slab);
  return &slab;
}

// What put_anywhere leaves over, when its object in page `p` has changed what its word says of the slab. Called with irqs
// off; leaves them as `irq` says.
void SlabAllocator::settle(const void* object, arch::IrqState irq, const page& p, kmem_cache& cache) {
  const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(object) & cache.slab_mask;
  const std::uintptr_t index = exact_quotient(offset, cache.inverse, cache.shift);
  page& slab = const_cast<page*>(&p)[-static_cast<std::intptr_t>(offset >> kPageShift)];
  const unsigned* const word = &map_word(p, index);
  page* const to_release = cache.owner->relist(cache, slab, word, *word & ~map_bit(index));
  arch::irq_restore(irq);
  if (to_release != nullptr) [[unlikely]]
    cache.owner->release_slab(cache, *to_release);
}

// Neighbours in the array are often neighbours in a slab: as many as lie in one word go back with one load
// and one store.
void SlabAllocator::free_bulk(kmem_cache* expected, std::size_t count, void* const* objects,
                              const void* caller) {
  std::size_t i = 0;
  while (i < count) {
    page* const p = page_of(objects[i]);
    kmem_cache* const cache = p != nullptr ? p->slab_cache : nullptr;
    if (cache == nullptr || (expected != nullptr && cache != expected)) [[unlikely]] {
      free_slow(expected, objects[i++], caller);
      continue;
    }
    const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(objects[i]) & cache->slab_mask;
    const std::uintptr_t index = exact_quotient(offset, cache->inverse, cache->shift);
    if (index >= cache->object_limit) [[unlikely]] {
      free_slow(expected, objects[i++], caller);
      continue;
    }
    const std::uintptr_t base =
        reinterpret_cast<std::uintptr_t>(objects[i]) - index % kWordObjects * cache->size;
    const std::uintptr_t behind = cache->object_limit - index / kWordObjects * kWordObjects;
    const std::uintptr_t in_word = behind < kWordObjects ? behind : kWordObjects;
    const std::size_t first = i;
    const arch::IrqState irq = arch::irq_save();
    unsigned& word = map_word(*p, index);
    const unsigned old = word;
    unsigned now = old;
    do {
      const std::uintptr_t slot =
          exact_quotient(reinterpret_cast<std::uintptr_t>(objects[i]) - base, cache->inverse, cache->shift);
      if (slot >= in_word || (now & (kFirstBit >> slot)) != 0) break;
      now |= kFirstBit >> slot;
      ++i;
    } while (i < count);
    word = now;
    page* to_release = nullptr;
    if (now != old && (old == 0 || (now | cache->phantom) == kAllFree))
      to_release = relist(*cache, p[-static_cast<std::intptr_t>(offset >> kPageShift)], &word, old);
    arch::irq_restore(irq);
    if (to_release != nullptr) release_slab(*cache, *to_release);
    if (i == first) free_slow(expected, objects[i++], caller);  // free already
  }
}

// Whatever the fast paths refused: nothing to do, a large block, a debug cache's object, or a bad address to
// be named.
void SlabAllocator::free_slow(kmem_cache* expected, const void* object, const void* caller) {
  if (expected == nullptr && ZERO_OR_NULL_PTR(object)) return;
  page* const p = page_of(object);
  if (p == nullptr || p->slab_cache == nullptr) {
    if (expected == nullptr && p != nullptr && is_large(*p, object) && free_large(*p, caller)) return;
    return SlabReport::bad_free(*this, expected, object, caller);
  }
  kmem_cache& cache = *p->slab_cache;
  const ObjectInfo info = find(object);
  const bool wrong_cache = expected != nullptr && expected != &cache;
  if (wrong_cache || info.object != object || !info.allocated) {
    return SlabReport::bad_free(*this, expected, object, caller);
  }
  // A double free whose object an interrupt has allocated meanwhile looks good now, and is.
  if (!is_debug(cache)) return kfree(object, caller);
  free_debug(cache, object, info.index, caller);
}

}  // namespace mink::mm
