// SPDX-License-Identifier: MIT
// The buddy system. Free blocks hang in one ring for each order and migrate type; a bit mask for each type
// says which orders have any, so the smallest sufficient block is found by counting zeros. Splitting gives
// the upper half of a block a state and a list; merging takes a buddy's state away. Interrupts are off in all
// of this file.
#include <bit>
#include <mm/page_allocator.hpp>

#include "page/free_lists.hpp"

namespace mink::mm {
namespace {

// Where a type that has run dry looks next.
constexpr MigrateType kFallback[kListTypes][2] = {
    {MigrateType::Reclaimable, MigrateType::Movable},
    {MigrateType::Reclaimable, MigrateType::Unmovable},
    {MigrateType::Unmovable, MigrateType::Movable},
};

constexpr unsigned kAnyType = 3u << page_state::kMigrateShift;

}  // namespace

// An allocated block with one reference, or nullptr. No mark is looked at.
page* PageAllocator::take_block(ZoneType zone, unsigned order, MigrateType type) {
  Zone& z = zone_ref(zone);
  const unsigned t = static_cast<unsigned>(type);
  const unsigned orders = z.nonempty[t] >> order;
  page* p;
  if (orders != 0) [[likely]] {
    p = take_first(z, order, orders, page_state::place(zone, type));
  } else {
    p = take_from_other_type(zone, order, type);
    if (p == nullptr) return nullptr;
    z.free_pages -= std::size_t{1} << order;
    p->_refcount = 1;
  }
  p->state = page_state::block(PageKind::Allocated, order) | page_state::place(zone, type) | account_;
  return p;
}

// Another type's memory. Pages that cannot be moved had better stay together: they take the largest block
// there is, and keep what they do not need of it; with half a page block or more, the page block changes its
// type for good. Movable pages do no harm among others, so they take the smallest block that will do, unless
// they can have a page block.
page* PageAllocator::take_from_other_type(ZoneType zone, unsigned order, MigrateType type) {
  Zone& z = zone_ref(zone);
  unsigned from = 0;
  unsigned victim = kListTypes;
  for (const MigrateType other : kFallback[static_cast<unsigned>(type)]) {
    const unsigned orders = z.nonempty[static_cast<unsigned>(other)];
    if ((orders >> order) == 0) continue;
    const unsigned largest = static_cast<unsigned>(std::bit_width(orders)) - 1;
    if (victim == kListTypes || largest > from) from = largest, victim = static_cast<unsigned>(other);
  }
  if (victim == kListTypes) return nullptr;
  const bool steal = from >= kMaxOrder / 2 || type != MigrateType::Movable;
  if (!steal) from = order + static_cast<unsigned>(std::countr_zero(z.nonempty[victim] >> order));
  page* const p = unlink_first(z, from, victim);
  if (from + 1 >= kMaxOrder) {
    block_type(p) = static_cast<std::uint8_t>(type);
    ++events_.block_steals;
  }
  ++events_.fallbacks;
  split_free(z, p, from, order, page_state::place(zone, steal ? type : static_cast<MigrateType>(victim)));
  return p;
}

// Takes a block back and merges it with its free buddies. The mem_map covers whole blocks of the largest
// order, so a buddy always has a struct page; what is not free memory of the same zone and order does not
// match.
void PageAllocator::put_block(page* p, unsigned order, ZoneType zone) {
  Zone& z = held(zone_ref(zone));
  z.free_pages += std::size_t{1} << order;
  p->state = 0;
  std::size_t i = index(p);
  unsigned wanted =
      page_state::block(PageKind::Free, order) | page_state::place(zone, MigrateType::Unmovable);
  for (; order < kMaxOrder; ++order, wanted += 1u << page_state::kOrderShift) {
    page* const buddy = map_ + (i ^ (std::size_t{1} << order));
    const unsigned state = buddy->state;
    if ((state & ~kAnyType) != wanted) break;
    const unsigned type = (state >> page_state::kMigrateShift) & 3;
    page_link* const next = buddy->link.next;
    page_link* const prev = buddy->link.prev;
    next->prev = prev;
    prev->next = next;
    --held(z.free[order][type]).blocks;
    if (next == prev) z.nonempty[type] &= ~(1u << order);
    buddy->state = 0;
    i &= ~(std::size_t{1} << order);
  }
  page* const head = map_ + i;
  link_free(z, head, order, page_state::place(zone, static_cast<MigrateType>(block_type(head))));
}

}  // namespace mink::mm
