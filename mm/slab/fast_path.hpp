// SPDX-License-Identifier: MIT
// The fast paths, inline: with interrupts off, one word of a map. What they cannot do they leave undone.
// Counted for the ARM1176; docs/performance.md has the listings.
#pragma once
#include <arch/irq.hpp>
#include <arch/memory.hpp>
#include <arch/words.hpp>
#include <bit>
#include <mm/kernel_memory.hpp>
#include <mm/slab.hpp>
#include <sync/preempt.hpp>

#include "slab/free_map.hpp"

namespace mink::mm {

// The Linux-named functions, and what SlabAllocator's own share with them.
struct SlabFast {
  // Takes a free object of the current word, the one of the lowest bit: 12 instructions. False: there is none. Irqs off.
  [[gnu::always_inline]] static bool take(kmem_cache& cache, void*& object) {
    unsigned* const word = cache.word;
    const unsigned free = *word;
    unsigned rest;
    if (__builtin_sub_overflow(free, 1u, &rest))
        [[unlikely]]  // the borrow clears the lowest bit, if there is one
      return false;
    rest &= free;
    *word = rest;
    const unsigned bit = free ^ rest;
    std::uintptr_t base;
    unsigned size;
    arch::load_two(cache.word_base, cache.size, base, size);
    object = reinterpret_cast<void*>(base + static_cast<unsigned>(__builtin_clz(bit)) * size);
    cache.last_taken = object;
    cache.last_bit = bit;
    return true;
  }

  // Makes `word`, which has a free object, the current one, and takes that. Irqs off.
  [[gnu::always_inline]] static void* begin_word(kmem_cache& cache, unsigned* word, std::uintptr_t base) {
    const unsigned free = *word;
    const unsigned rest = free & (free - 1);
    const unsigned bit = free ^ rest;
    *word = rest;
    void* const object =
        reinterpret_cast<void*>(base + static_cast<unsigned>(__builtin_clz(bit)) * cache.size);
    cache.last_taken = object;
    cache.last_bit = bit;
    cache.word = word;
    cache.word_base = base;
    return object;
  }

  // A mask that may sleep where nobody may goes the slow way, which reports it.
  [[gnu::always_inline]] static void* alloc(kmem_cache& cache, gfp_t gfp) {
    const arch::IrqState irq = arch::irq_save();
    if ((gfp & __GFP_DIRECT_RECLAIM) != 0 && !may_sleep_here(irq)) [[unlikely]] {
      arch::irq_restore(irq);
      return slow_alloc(cache, gfp);
    }
    void* object;
    if (!take(cache, object)) [[unlikely]]
      return next_slab(irq, gfp, cache);
    arch::irq_restore(irq);
    if ((gfp & __GFP_ZERO) != 0) return clear_words(object, cache.object_size);
    return object;
  }

  [[gnu::always_inline]] static bool may_sleep_here(arch::IrqState irq) {
    return (sync::preempt_count() | (arch::irqs_were_disabled(irq) ? 1u << 7 : 0)) == 0;
  }

  // Gives the object back that was taken last. Irqs off. False: the object is free already, or there is none.
  [[gnu::always_inline]] static bool put_last(kmem_cache& cache) {
    std::uintptr_t bit;
    unsigned* word;
    arch::load_two(cache.last_bit, cache.word, bit, word);
    const unsigned old = *word;
    const unsigned now = old | static_cast<unsigned>(bit);
    if (now == old) [[unlikely]]
      return false;
    *word = now;
    return true;
  }

  // The object that its cache gave out last needs no proof.
  [[gnu::always_inline]] static void kfree(const void* object) {
    asm(""
        : "+r"(object));  // where it is: the compiler would rather copy a parameter before it saves registers
    const LinearPages linear = arch::load_at_once(kernel_memory_instance.slab.linear_);
    const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(object) - linear.base;
    if ((offset >> kPageShift) >= linear.count) [[unlikely]]
      return slow_kfree(object);
    const page* const p = linear.map + (offset >> kPageShift);
    if (p->slab_cache == nullptr) [[unlikely]]
      return kfree_pages(object, *p);
    kmem_cache& cache = *p->slab_cache;
    const arch::IrqState irq = arch::irq_save();
    if (object != cache.last_taken) {
      if (put_anywhere(cache, *p, object, irq)) [[likely]]
        return;
      arch::irq_restore(irq);
      return slow_kfree(object);
    }
    const bool done = put_last(cache);
    arch::irq_restore(irq);
    if (!done) [[unlikely]]
      slow_kfree(object);
  }

  [[gnu::always_inline]] static void free(kmem_cache& cache, const void* object) {
    const arch::IrqState irq = arch::irq_save();
    if (object != cache.last_taken) return free_elsewhere(cache, object, irq);
    const bool done = put_last(cache);
    arch::irq_restore(irq);
    if (!done) [[unlikely]]
      slow_free(cache, cache.last_taken);  // `object`, whose register is in use
  }

  // Any object, by its page: interrupts off; true: done, and they are as `irq` says. False: the address is not an object's
  // start, or the object is free already.
  [[gnu::always_inline]] static bool put_anywhere(kmem_cache& cache, const page& p, const void* object,
                                                  arch::IrqState irq) {
    const SlabGeometry slab = arch::load_at_once<SlabGeometry>(cache);
    const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(object) & slab.slab_mask;
    const std::uintptr_t index = exact_quotient(offset, slab.inverse, slab.shift);
    if (index >= slab.object_limit) [[unlikely]]
      return false;
    const unsigned bit = map_bit(index);
    unsigned& word = map_word(p, index);
    const unsigned old = word;
    if ((old & bit) != 0) [[unlikely]]
      return false;
    word = old | bit;
    if (old == 0) [[unlikely]]
      no_longer_full(cache, const_cast<page*>(&p)[-static_cast<std::intptr_t>(offset >> kPageShift)]);
    arch::irq_restore(irq);
    return true;
  }

  // The ends of the Linux-named functions. The last that these do is to jump there, so that who is returned to is their
  // caller.
  [[gnu::noinline]] static void free_elsewhere(kmem_cache& cache, const void* object, arch::IrqState irq);
  // The cache comes third: it is in that register already, for the object will need the first.
  [[gnu::noinline]] static void* next_slab(arch::IrqState irq, gfp_t gfp, kmem_cache& cache);
  [[gnu::noinline]] static void* next_word(kmem_cache& cache, gfp_t gfp, arch::IrqState irq);
  [[gnu::noinline]] static void* add_slab(kmem_cache& cache, gfp_t gfp, arch::IrqState irq);
  [[gnu::noinline]] static void* slow_alloc(kmem_cache& cache, gfp_t gfp);
  [[gnu::noinline]] static void kfree_pages(const void* object, const page& p);
  [[gnu::noinline]] static void slow_kfree(const void* object);
  [[gnu::noinline]] static void slow_free(kmem_cache& cache, const void* object);
};

}  // namespace mink::mm
