// SPDX-License-Identifier: MIT
// Freeing: the object's page names its cache, its map says whether the object was allocated at all, and a
// slab that was full gets back among the partial ones.
#include <mm/page_allocator.hpp>

#include "slab/debug.hpp"
#include "slab/fast_path.hpp"
#include "slab/report.hpp"

namespace mink::mm {

// An object of `expected`, or of any cache if that is null.
bool SlabAllocator::put(const kmem_cache* expected, const void* object) {
  const page* const p = page_of(object);
  if (p == nullptr || p->slab_cache == nullptr || (expected != nullptr && p->slab_cache != expected))
    return false;
  const arch::IrqState irq = arch::irq_save();
  if (SlabFast::put_anywhere(*p->slab_cache, *p, object, irq)) return true;
  arch::irq_restore(irq);
  return false;
}

void SlabAllocator::free(kmem_cache& cache, const void* object, const void* caller) {
  if (!cache.owner->put(&cache, object)) cache.owner->free_slow(&cache, object, caller);
}

void SlabAllocator::kfree(const void* object, const void* caller) {
  if (!put(nullptr, object)) free_slow(nullptr, object, caller);
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
    if (old == 0 && now != 0) no_longer_full(*cache, p[-static_cast<std::intptr_t>(offset >> kPageShift)]);
    arch::irq_restore(irq);
    if (i == first) free_slow(expected, objects[i++], caller);  // free already
  }
}

// Whatever the fast paths refused: nothing to do, a large block, a debug cache's object, or a bad address to
// be named.
void SlabAllocator::free_slow(kmem_cache* expected, const void* object, const void* caller) {
  if (expected == nullptr && ZERO_OR_NULL_PTR(object)) return;
  page* const p = page_of(object);
  if (p == nullptr || p->slab_cache == nullptr) {
    if (expected == nullptr && p != nullptr && free_large(*p, object, caller)) return;
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
