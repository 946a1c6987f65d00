// SPDX-License-Identifier: MIT
// A slab's free map: bit 31 of word 0 is object 0; set = free. See <mm/kmem_cache.hpp> for the bits behind
// the last object. Irqs off for everything that writes, and for a reading that must agree with itself.
#pragma once
#include <bit>
#include <mm/kmem_cache.hpp>

#include "slab/layout.hpp"

namespace mink::mm {

inline constexpr unsigned kFirstBit = 0x80000000u;
inline constexpr unsigned kAllFree = ~0u;
// The current word of a cache that has none: read by take(), never written, since word_count is 0 then.
inline constinit const unsigned kNoWord = 0;

// Of object `index` in its word; the rotation takes the index modulo 32 by itself.
constexpr unsigned map_bit(std::uintptr_t index) {
  return std::rotr(kFirstBit, static_cast<int>(index % kWordObjects));
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

// ... and their number.
constexpr unsigned objects_in_word(const kmem_cache& cache, unsigned word) {
  return word + 1 == cache.map_words ? cache.objects - word * kWordObjects : kWordObjects;
}

inline unsigned free_objects(const kmem_cache& cache, const page& slab) {
  unsigned count = 0;
  for (unsigned w = 0; w < cache.map_words; ++w) {
    count += static_cast<unsigned>(std::popcount(slab.slab_map[w] & real_bits(cache, w)));
  }
  return count;
}

inline bool all_words_are(const kmem_cache& cache, const page& slab, unsigned value) {
  for (unsigned w = 0; w < cache.map_words; ++w) {
    if (slab.slab_map[w] != value) return false;
  }
  return true;
}
inline bool all_free(const kmem_cache& cache, const page& slab) {
  return all_words_are(cache, slab, kAllFree);
}
inline bool exhausted(const kmem_cache& cache, const page& slab) { return free_objects(cache, slab) == 0; }

// On its way to and from the list of full slabs.
inline void clear_phantoms(const kmem_cache& cache, page& slab) {
  slab.slab_map[cache.map_words - 1] &= ~cache.phantom;
}
inline void set_phantoms(const kmem_cache& cache, page& slab) {
  slab.slab_map[cache.map_words - 1] |= cache.phantom;
}

}  // namespace mink::mm
