// SPDX-License-Identifier: MIT
// page->state, one word. Only a block's first page, its head, has one; all its other pages are 0, "inner".
//
//   bits  0-3   kind          all zero: an inner page, or no memory at all
//   bits  4-7   order         of the block
//   bit   8     compound      __GFP_COMP: its pages know their head
//   bits  9-13  account       of an allocated block: who took it, as set_account() said then; 0: nobody who is counted
//   bit  14     in flux       its owner is making single pages of it: its other pages may have states already
//   bits 16-17  migrate type  of the list that a free block is in; where an allocated one came from
//   bits 18-19  zone
//
// Kind and order share the lowest byte, so "an allocated block of order n" is one comparison; zone and
// migrate type together are the number of a per-zone list.
#pragma once
#include <cstdint>

#include <linux/mm_types.h>

namespace mink::mm {

#ifndef MINK_MAX_ORDER
#define MINK_MAX_ORDER 10
#endif
inline constexpr unsigned kMaxOrder = MINK_MAX_ORDER;  // of a block: at most 2^kMaxOrder pages
inline constexpr unsigned kOrders = kMaxOrder + 1;
static_assert(kMaxOrder >= 3 && kMaxOrder <= 15, "the order has four bits");

enum class PageKind : unsigned {
  Inner = 0,
  Reserved,   // never given out: the kernel image, the mem_map, the initrd
  Free,       // in a buddy free list
  Listed,     // free, not merged: on a hot/cold list, or (order 1 and above) the ready block of its list
  Allocated,  // given out; all kinds from here on are
  Slab,       // given out to the slab allocator
  PageTable,  // given out for a second-level table
  Large,      // given out to kmalloc, for what is beyond its caches
  Vmalloc,    // given out to vmalloc, behind an area
};

// Linux's numbers. HighAtomic is never used: its column in pagetypeinfo stays.
enum class MigrateType : unsigned { Unmovable, Movable, Reclaimable, HighAtomic };
inline constexpr unsigned kListTypes = 3;  // types that free lists exist for
inline constexpr unsigned kMigrateTypes = 4;

enum class ZoneType : unsigned { Dma, Normal, HighMem };
inline constexpr unsigned kZones = 3;

namespace page_state {

inline constexpr unsigned kKindMask = 0xf;
inline constexpr unsigned kOrderShift = 4;
inline constexpr unsigned kOrderMask = 0xf;
inline constexpr unsigned kBlockMask = 0xff;  // kind and order
inline constexpr unsigned kCompound = 1u << 8;
inline constexpr unsigned kAccountShift = 9;
inline constexpr unsigned kAccounts = 32;
inline constexpr unsigned kAccountMask = (kAccounts - 1) << kAccountShift;
inline constexpr unsigned kInFlux = 1u << 14;
inline constexpr unsigned kMigrateShift = 16;
inline constexpr unsigned kZoneShift = 18;
inline constexpr unsigned kListShift = kMigrateShift;  // zone and migrate type as one number below kLists
inline constexpr unsigned kLists = 4 * kZones;

constexpr unsigned block(PageKind kind, unsigned order) {
  return static_cast<unsigned>(kind) | order << kOrderShift;
}
constexpr unsigned place(ZoneType zone, MigrateType type) {
  return static_cast<unsigned>(zone) << kZoneShift | static_cast<unsigned>(type) << kMigrateShift;
}
constexpr PageKind kind(unsigned state) { return static_cast<PageKind>(state & kKindMask); }
constexpr unsigned order(unsigned state) { return (state >> kOrderShift) & kOrderMask; }
constexpr ZoneType zone(unsigned state) { return static_cast<ZoneType>((state >> kZoneShift) & 3); }
constexpr MigrateType type(unsigned state) { return static_cast<MigrateType>((state >> kMigrateShift) & 3); }
constexpr bool compound(unsigned state) { return (state & kCompound) != 0; }
constexpr unsigned account(unsigned state) { return (state & kAccountMask) >> kAccountShift; }
constexpr unsigned with_kind(unsigned state, PageKind kind) {
  return (state & ~kKindMask) | static_cast<unsigned>(kind);
}

}  // namespace page_state

inline PageKind kind_of(const page& p) { return page_state::kind(p.state); }
// The following three: of a head.
inline unsigned order_of(const page& p) { return page_state::order(p.state); }
inline ZoneType zone_of(const page& p) { return page_state::zone(p.state); }
inline bool is_compound(const page& p) { return page_state::compound(p.state); }

inline bool is_in_use(const page& p) { return kind_of(p) >= PageKind::Allocated; }
inline bool is_slab_head(const page& p) { return kind_of(p) == PageKind::Slab; }

// The owner of an allocated block says what it is for: a free by anyone else is then refused by name. Back to
// Allocated before it is freed, or by PageAllocator::release().
inline void set_page_kind(page& head, PageKind kind) { head.state = page_state::with_kind(head.state, kind); }
inline void set_slab_state(page& head, bool slab) {
  set_page_kind(head, slab ? PageKind::Slab : PageKind::Allocated);
}

}  // namespace mink::mm
