// SPDX-License-Identifier: MIT
// What a block of pages is used for, and by whom: what reports, maps and comparisons have in common.
#pragma once
#include <cstddef>
#include <lib/text_sink.hpp>
#include <mm/page_allocator.hpp>

namespace mink::mm {

class CoherentMemory;
class SlabAllocator;
class VmallocSpace;

// Whose memory is looked at. A test has an instance of its own, perhaps of pages alone.
struct Memory {
  const PageAllocator& pages;
  const SlabAllocator* slab = nullptr;
  const VmallocSpace* vmalloc = nullptr;
  const CoherentMemory* coherent = nullptr;

  [[nodiscard]] static Memory of_kernel();
  // What there is around these pages: all of the kernel's if they are the kernel's, else what is given.
  [[nodiscard]] static Memory around(const PageAllocator& pages, const SlabAllocator* slab = nullptr,
                                     const VmallocSpace* vmalloc = nullptr);
};

enum class Owner : unsigned {
  Hole,      // no memory, or none of this allocator's
  Free,      // in a free list, or on a list of single pages
  Slab,      // of a cache
  Large,     // kmalloc's, beyond its caches
  Vmalloc,   // behind a vmalloc area
  Coherent,  // the room of dma_alloc_coherent
  Pages,     // of somebody who asked for pages
  Tables,    // a second-level translation table
  Reserved,  // never given out
};
inline constexpr unsigned kOwners = 9;

// Of a block, by its head. Interrupts off, or the answer may be of a moment ago. O(1).
[[nodiscard]] Owner owner_of(const Memory& memory, const page& head);
// Could it come free? A table cannot by anybody's wish, and what is free is so already.
[[nodiscard]] constexpr bool can_be_freed(Owner owner) {
  return owner == Owner::Slab || owner == Owner::Large || owner == Owner::Vmalloc || owner == Owner::Pages;
}

// "kmalloc-192", "vmalloc for X", "pages of X": who has the block of this head. Interrupts may be on: it is looked at with
// them off, for a bounded number of instructions.
void print_owner(TextSink& out, const Memory& memory, const page& head);

}  // namespace mink::mm
