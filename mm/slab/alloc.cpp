// SPDX-License-Identifier: MIT
// Allocation: the fast path, and where the next word comes from when the current one is used up.
#include <cstring>
#include <mm/gfp_policy.hpp>
#include <mm/page_allocator.hpp>

#include "slab/debug.hpp"
#include "slab/fast_path.hpp"

namespace mink::mm {

void* SlabAllocator::alloc(kmem_cache& cache, gfp_t gfp, const void* caller) {
  const arch::IrqState irq = arch::irq_save();
  void* object = nullptr;
  const bool here = (gfp & __GFP_DIRECT_RECLAIM) == 0 || SlabFast::may_sleep_here(irq);
  if (here && !SlabFast::take(cache, object) && cache.open_words != 0)
    object = cache.owner->take_elsewhere(cache);
  arch::irq_restore(irq);
  if (object == nullptr) return cache.owner->alloc_slow(cache, gfp, caller);
  return (gfp & __GFP_ZERO) != 0 ? clear_words(object, cache.object_size) : object;
}

// The first word of `slab` with a free object, or nullptr.
static unsigned* word_with_free(const kmem_cache& cache, const page& slab) {
  unsigned* word = slab.slab_map;
  unsigned left = cache.map_words;
  do {
    if (*word != 0) return word;
    ++word;
  } while (--left != 0);
  return nullptr;
}

// Takes an object of another word and makes that the current one: of the same slab, or of the longest-waiting partial one.
// nullptr: no slab has a free object. Irqs off; no debug cache. O(words of a slab).
void* SlabAllocator::take_elsewhere(kmem_cache& cache) {
  page* slab = cache.current;
  unsigned* word = slab != nullptr ? word_with_free(cache, *slab) : nullptr;
  if (word == nullptr) {
    if (cache.partial.is_empty()) return nullptr;
    if (slab != nullptr) set_full(*slab);
    slab = &cache.partial.take_first();
    cache.current = slab;
    for (word = slab->slab_map; *word == 0;) ++word;
  }
  std::uintptr_t base = address_of(*slab);
  if (word != slab->slab_map)
    base += static_cast<std::uintptr_t>(word - slab->slab_map) * kWordObjects * cache.size;
  return SlabFast::begin_word(cache, word, base);
}

namespace {

// All objects of the current word, which has one, as far as there is room for them. What lies side by side is written by
// addition, four instructions each. Irqs off.
void** take_word(kmem_cache& cache, void** next, void** end) {
  const unsigned free = *cache.word;
  const unsigned size = cache.size;
  std::uintptr_t object = cache.word_base;
  unsigned left = free;
  do {
    const auto skipped = static_cast<unsigned>(std::countl_zero(left));
    left <<= skipped;
    object += skipped * size;
    std::ptrdiff_t run = std::countl_one(left);
    if (run > end - next) run = end - next;
    left = run == kWordObjects ? 0 : left << run;
    for (void** const stop = next + run; next != stop; object += size)
      *next++ = reinterpret_cast<void*>(object);
  } while (left != 0 && next != end);
  const std::uintptr_t passed = exact_quotient(object - cache.word_base, cache.inverse, cache.shift);
  *cache.word = left == 0 ? 0 : free & kAllFree >> passed;
  return next;
}

}  // namespace

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
        if (!SlabFast::take(cache, object)) object = take_elsewhere(cache);
        if (failures_ != nullptr) set_aside_current(cache);  // the next one is to come here, too
      }
    }
    if (object != nullptr) break;
    if (!add_slab(cache, gfp, caller)) return nullptr;
  }
  if (is_debug(cache)) SlabDebug::taken(*this, cache, object, caller);
  if ((gfp & __GFP_ZERO) != 0) clear_words(object, cache.object_size);
  return object;
}

// After all slabs were found to be full. The caller's context is right for the mask; no debug cache.
void* SlabAllocator::alloc_of_new(kmem_cache& cache, gfp_t gfp, const void* caller) {
  void* object;
  do {
    if (!add_slab(cache, gfp, caller)) return nullptr;
    const arch::IrqGuard guard;
    object = take_elsewhere(cache);
  } while (object == nullptr);  // an interrupt has taken all of it
  return (gfp & __GFP_ZERO) != 0 ? clear_words(object, cache.object_size) : object;
}

void SlabAllocator::set_failures(FailureSource* source) {
  sync::preempt_disable();  // no cache is made or destroyed
  failures_ = source;
  for (kmem_cache& cache : caches_) {
    const arch::IrqGuard guard;
    set_aside_current(cache);
    open_or_close(cache);
  }
  sync::preempt_enable();
}

// As many as each word has, word by word: interrupts are off for at most 32 objects.
bool SlabAllocator::alloc_bulk(kmem_cache& cache, gfp_t gfp, std::size_t count, void** objects,
                               const void* caller) {
  if (may_sleep(gfp)) gfp = source_->fit_to_context(modern_gfp(gfp), caller);
  void** next = objects;
  void** const end = objects + count;
  while (next != end) {
    void** const first = next;
    {
      const arch::IrqGuard guard;
      void* object;
      if (*cache.word != 0) {
        next = take_word(cache, next, end);
      } else if (cache.open_words != 0 && (object = take_elsewhere(cache)) != nullptr) {
        *next++ = object;
      }
    }
    if (next != first) continue;
    *next = alloc_slow(cache, gfp & ~__GFP_ZERO, caller);
    if (*next == nullptr) {
      free_bulk(&cache, static_cast<std::size_t>(next - objects), objects, caller);
      return false;
    }
    ++next;
  }
  if ((gfp & __GFP_ZERO) != 0) {
    for (std::size_t i = 0; i < count; ++i) std::memset(objects[i], 0, cache.object_size);
  }
  return true;
}

}  // namespace mink::mm
