// SPDX-License-Identifier: MIT
// A slab's free map: bit 31 of word 0 is object 0; set = free. Bits behind the last object are zero. Irqs off for
// everything that writes, and for a reading that must agree with itself.
#pragma once
#include <arch/words.hpp>
#include <bit>
#include <mm/kmem_cache.hpp>

#include "slab/layout.hpp"

namespace mink::mm {

inline constexpr unsigned kFirstBit = 0x80000000u;
inline constexpr unsigned kAllFree = ~0u;
// The current word of a cache that has none: never written, since nothing is free there.
inline constinit const unsigned kNoWord = 0;

// Of object `index` in its word.
[[gnu::always_inline]] inline unsigned map_bit(std::uintptr_t index) {
  return arch::rotate_right(kFirstBit, static_cast<unsigned>(index));
}
inline unsigned& map_word(const page& slab, std::uintptr_t index) {
  return slab.slab_map[index / kWordObjects];
}
inline bool is_free(const page& slab, std::uintptr_t index) {
  return (map_word(slab, index) & map_bit(index)) != 0;
}

// Bits of word `word` that stand for objects.
constexpr unsigned real_bits(const kmem_cache& cache, unsigned word) {
  return word + 1 == cache.map_words ? ~cache.phantom : kAllFree;
}

inline unsigned free_objects(const kmem_cache& cache, const page& slab) {
  unsigned count = 0;
  for (unsigned w = 0; w < cache.map_words; ++w)
    count += static_cast<unsigned>(std::popcount(slab.slab_map[w]));
  return count;
}
inline bool exhausted(const kmem_cache& cache, const page& slab) {
  unsigned any = 0;
  for (unsigned w = 0; w < cache.map_words; ++w) any |= slab.slab_map[w];
  return any == 0;
}
inline bool all_free(const kmem_cache& cache, const page& slab) {
  for (unsigned w = 0; w < cache.map_words; ++w) {
    if (slab.slab_map[w] != real_bits(cache, w)) return false;
  }
  return true;
}

// From now on there is no current slab. Irqs off.
inline void forget_current(kmem_cache& cache) {
  cache.forget_last();
  cache.word = const_cast<unsigned*>(&kNoWord);
  cache.current = nullptr;
}

// An object of `slab`, which was full: it is partial now. Irqs off.
[[gnu::always_inline]] inline void no_longer_full(kmem_cache& cache, page& slab) {
  if (is_full(slab)) cache.partial.push_back(slab);
}

}  // namespace mink::mm
