// SPDX-License-Identifier: MIT
// How a cache cuts its slabs: pure arithmetic from what the creator asked for, no state.
//
//   slot:  | left red zone | object | right red zone | allocated by | freed by | padding |    (plain: object,
//   padding) slab:  | slot 0 | slot 1 | ... | slot n-1 | left over | free map, if n > 64 |
//
// A slab of 2^order pages is aligned to its own size, as every block of the page allocator is, so an address
// minus its low bits is the slab.
#pragma once
#include <arch/dma_cache.hpp>
#include <base/addr.hpp>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include <linux/slab.h>

namespace mink::mm {

inline constexpr unsigned kWordObjects = 32;    // objects to a word of the free map
inline constexpr unsigned kMapWordsInPage = 2;  // words of the map that struct page holds itself
inline constexpr std::size_t kCacheLine = arch::kDmaLine;
inline constexpr unsigned kSlabMaxOrder = 3;  // of slabs that hold more than one object
inline constexpr std::size_t kSlabAlign = alignof(unsigned long long);
inline constexpr slab_flags_t kDebugFlags =
    SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_CONSISTENCY_CHECKS | SLAB_TRACE;

// Who took or gave back an object last (SLAB_STORE_USER).
struct Track {
  const void* caller;
  std::size_t serial;  // of the allocator's slow operations: which came first
};

struct SlabLayout {
  std::size_t slot_size = 0;    // distance of two objects
  std::size_t object_size = 0;  // as asked for
  std::size_t left_pad = 0;     // from slot to object
  std::size_t right_zone = 0;   // from slot to the right red zone; 0: no red zones
  std::size_t right_end = 0;    // from slot to the end of it
  std::size_t tracks = 0;       // from slot to the two Tracks; 0 without
  unsigned order = 0;
  unsigned objects = 0;
  unsigned map_words = 0;
  std::size_t map_offset = 0;  // from the slab's start; 0: the map is in struct page
  unsigned phantom = 0;        // bits of the map's last word that stand for no object

  [[nodiscard]] constexpr std::size_t bytes() const { return kPageSize << order; }
};

// Objects, map and order for slots of `slot_size` in a slab of `order`; objects 0 if none fits.
constexpr SlabLayout fill_slab(std::size_t slot_size, unsigned order) {
  SlabLayout layout;
  layout.slot_size = slot_size;
  layout.order = order;
  std::size_t n = layout.bytes() / slot_size;
  if (n > kMapWordsInPage * kWordObjects) {  // the map itself takes room: drop objects until both fit
    while (n * slot_size + (n + kWordObjects - 1) / kWordObjects * sizeof(unsigned) > layout.bytes()) --n;
    layout.map_words = static_cast<unsigned>((n + kWordObjects - 1) / kWordObjects);
    layout.map_offset = layout.bytes() - layout.map_words * sizeof(unsigned);
  } else {
    layout.map_words = static_cast<unsigned>((n + kWordObjects - 1) / kWordObjects);
  }
  layout.objects = static_cast<unsigned>(n);
  const unsigned in_last = layout.objects % kWordObjects;
  layout.phantom = in_last == 0 ? 0u : ~0u >> in_last;
  return layout;
}

// The smallest order that holds at least eight objects and wastes at most a sixteenth, or else an eighth, or
// else a quarter; for objects too large for that, the largest order of kSlabMaxOrder that holds one; beyond,
// the first that does.
constexpr SlabLayout choose_order(std::size_t slot_size) {
  for (const std::size_t fraction : {std::size_t{16}, std::size_t{8}, std::size_t{4}}) {
    for (unsigned order = 0; order <= kSlabMaxOrder; ++order) {
      const SlabLayout layout = fill_slab(slot_size, order);
      const std::size_t waste = layout.bytes() - layout.objects * slot_size;
      if (layout.objects >= 8 && waste <= layout.bytes() / fraction) return layout;
    }
  }
  unsigned order = kSlabMaxOrder;
  while ((kPageSize << order) < slot_size) ++order;
  return fill_slab(slot_size, order);
}

// size: 1 .. KMALLOC_MAX_SIZE; align: 0 or a power of two up to a page.
constexpr SlabLayout make_layout(std::size_t size, std::size_t align, slab_flags_t flags) {
  if (align < kSlabAlign) align = size < kSlabAlign && align == 0 ? sizeof(void*) : kSlabAlign;
  if ((flags & SLAB_HWCACHE_ALIGN) != 0) {
    // Several small objects may share a line as long as none straddles one.
    std::size_t line = kCacheLine;
    while (size <= line / 2) line /= 2;
    if (line > align) align = line;
  }
  std::size_t left_pad = 0, right_zone = 0, right_end = 0, tracks = 0;
  std::size_t end = size;
  if ((flags & SLAB_RED_ZONE) != 0) {
    left_pad = align;
    right_zone = left_pad + size;
    end = right_end = align_up(right_zone + 1,
                               sizeof(void*));  // at least one byte of red behind the last one of the object
  }
  if ((flags & SLAB_STORE_USER) != 0) {
    end = align_up(end, alignof(Track));
    tracks = end;
    end += 2 * sizeof(Track);
  }
  const std::size_t slot = align_up(end, align);
  SlabLayout layout = choose_order(slot);
  layout.object_size = size;
  layout.left_pad = left_pad;
  layout.right_zone = right_zone;
  layout.right_end = right_end;
  layout.tracks = tracks;
  return layout;
}

// Exact division by a fixed size, as one multiplication and one rotation: for a multiple k * size,
// rotr(offset * inverse, shift) is k; for everything else it is larger than any quotient. So one comparison
// tells a slot's start from an interior pointer and from an address outside the slab (Warren, Hacker's
// Delight, 10-17).
struct ExactDivider {
  std::uintptr_t inverse;
  unsigned shift;
};
constexpr ExactDivider exact_divider(std::size_t size) {
  const auto shift = static_cast<unsigned>(std::countr_zero(size));
  const std::uintptr_t odd = size >> shift;
  std::uintptr_t inverse = odd;  // right to 3 bits; each step doubles them (Newton)
  for (int bits = 3; bits < 64; bits *= 2) inverse *= 2 - odd * inverse;
  return {inverse, shift};
}
constexpr std::uintptr_t exact_quotient(std::uintptr_t offset, std::uintptr_t inverse, unsigned shift) {
  if (shift >= 32) __builtin_unreachable();  // the rotate instruction needs no masking then
  return std::rotr(offset * inverse, static_cast<int>(shift));
}

}  // namespace mink::mm
