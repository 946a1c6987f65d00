// SPDX-License-Identifier: MIT
// The two fast paths, inline: with interrupts off, one word of a map. What they cannot do they leave undone.
#pragma once
#include <arch/irq.hpp>
#include <bit>
#include <cstring>
#include <mm/slab.hpp>
#include <sync/preempt.hpp>

#include "slab/free_map.hpp"

namespace mink::mm {

// Takes the first free object of the current word; nullptr: there is none. Irqs off.
[[gnu::always_inline]] inline void* take(kmem_cache& cache) {
  const unsigned word = *cache.word;
  const auto slot = static_cast<unsigned>(std::countl_zero(word));
  if (slot >= cache.word_count) [[unlikely]]
    return nullptr;
  *cache.word = word & ~(kFirstBit >> slot);
  return reinterpret_cast<void*>(cache.word_base + slot * cache.size);
}

// Gives back an object of the current word. False: the address is no object of it, or the object is free
// already. Irqs off. The quotient proves three things at once: not below the word's first object, not beyond
// its last one, not inside an object.
[[gnu::always_inline]] inline bool put(kmem_cache& cache, const void* object) {
  const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(object) - cache.word_base;
  const std::uintptr_t slot = exact_quotient(offset, cache.inverse, cache.shift);
  if (slot >= cache.word_count) [[unlikely]]
    return false;
  const unsigned word = *cache.word;
  if ((word & (kFirstBit >> slot)) != 0) [[unlikely]]
    return false;
  *cache.word = word | (kFirstBit >> slot);
  return true;
}

// The whole of an operation as far as its fast path goes: inlined into the Linux-named functions and into
// SlabAllocator's own. `caller` is only evaluated on the way to the slow path.
struct SlabFast {
  // A mask that may sleep where nobody may goes the slow way, which reports it.
  [[gnu::always_inline]] static void* alloc(kmem_cache& cache, gfp_t gfp, const void* caller) {
    const arch::IrqState irq = arch::irq_save();
    if ((gfp & __GFP_DIRECT_RECLAIM) != 0) {
      const unsigned off = arch::irqs_were_disabled(irq) ? 1u << 7 : 0;
      if ((sync::preempt_count() | off) != 0) [[unlikely]] {
        arch::irq_restore(irq);
        return cache.owner->alloc_slow(cache, gfp, caller);
      }
    }
    const unsigned word = *cache.word;
    const auto slot = static_cast<unsigned>(std::countl_zero(word));
    if (slot >= cache.word_count) [[unlikely]] {
      arch::irq_restore(irq);
      return cache.owner->alloc_slow(cache, gfp, caller);
    }
    *cache.word = word & ~(kFirstBit >> slot);
    void* const object = reinterpret_cast<void*>(cache.word_base + slot * cache.size);
    arch::irq_restore(irq);
    if ((gfp & __GFP_ZERO) != 0) return std::memset(object, 0, cache.object_size);
    return object;
  }

  [[gnu::always_inline]] static void free(kmem_cache& cache, const void* object, const void* caller) {
    const arch::IrqState irq = arch::irq_save();
    const bool done = put(cache, object);
    arch::irq_restore(irq);
    if (!done) [[unlikely]]
      SlabAllocator::free_of(cache, object, caller);
  }

  // kfree does not try the current word first: its object is as a rule in another one, and the page must be looked up anyway.
  [[gnu::always_inline]] static void kfree(SlabAllocator& slab, const void* object, const void* caller) {
    const std::uintptr_t index = (reinterpret_cast<std::uintptr_t>(object) - slab.linear_base_) >> kPageShift;
    if (index >= slab.page_count_) [[unlikely]]
      return slab.free_slow(nullptr, object, caller);
    const page& p = slab.pages_[index];
    kmem_cache* const cache = p.slab_cache;
    if (cache == nullptr || !put_anywhere(*cache, p, object)) [[unlikely]]
      return slab.free_slow(nullptr, object, caller);
  }

  // Gives back an object of whatever slab of `cache`; `p` is its page. False: the address is not an object's start, or the object
  // is free already.
  [[gnu::always_inline]] static bool put_anywhere(kmem_cache& cache, const page& p, const void* object) {
    const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(object) & cache.slab_mask;
    const std::uintptr_t index = exact_quotient(offset, cache.inverse, cache.shift);
    if (index >= cache.object_limit) [[unlikely]]
      return false;
    const unsigned bit = map_bit(index);
    const arch::IrqState irq = arch::irq_save();
    unsigned& word = map_word(p, index);
    const unsigned old = word;
    if ((old & bit) != 0) [[unlikely]] {
      arch::irq_restore(irq);
      return false;
    }
    word = old | bit;
    // Used up before, or all free now: the slab may have to change its list, unless it is being allocated from.
    if ((old == 0 || (old | bit) == kAllFree) && &word != cache.word) [[unlikely]] {
      SlabAllocator::settle(cache, object, irq);
    } else {
      arch::irq_restore(irq);
    }
    return true;
  }
};

}  // namespace mink::mm
