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
  PageList& list = held(list_ref(zone, type));
  unsigned orders = list.nonempty >> order;
  if (orders == 0) [[unlikely]] {
    merge_ready(zone, order);
    orders = list.nonempty >> order;
  }
  page* p;
  if (orders != 0) [[likely]] {
    p = take_first(list, order, orders, page_state::place(zone, type));
  } else {
    p = take_from_other_type(zone, order, type);
    if (p == nullptr) return nullptr;
    list.zone->free_pages -= std::size_t{1} << order;
    p->_refcount = 1;
  }
  p->state = page_state::block(PageKind::Allocated, order) | page_state::place(zone, type) | account_;
  return p;
}

// The ready block of that order, which the list must have, goes where it can merge.
void PageAllocator::put_ready(PageList& list, unsigned order) {
  list.ready &= ~(1u << order);
  page* const p = list.ready_block[order];
  p->_refcount = 0;
  put_block(p, order, zone_of(*p));
}

// Of each type the largest ready block that has `order`, so that the free lists have what orders() says.
void PageAllocator::merge_ready(ZoneType zone, unsigned order) {
  for (unsigned t = 0; t < kListTypes; ++t) {
    PageList& list = list_ref(zone, static_cast<MigrateType>(t));
    if (list.ready >> order != 0) put_ready(list, static_cast<unsigned>(std::bit_width(list.ready)) - 1);
  }
}

// Another type's memory. Pages that cannot be moved had better stay together: they take the largest block
// there is, and keep what they do not need of it; with half a page block or more, the page block changes its
// type for good. Movable pages do no harm among others, so they take the smallest block that will do, unless
// they can have a page block.
page* PageAllocator::take_from_other_type(ZoneType zone, unsigned order, MigrateType type) {
  unsigned from = 0;
  unsigned victim = kListTypes;
  for (const MigrateType other : kFallback[static_cast<unsigned>(type)]) {
    const unsigned orders = list_ref(zone, other).nonempty;
    if ((orders >> order) == 0) continue;
    const unsigned largest = static_cast<unsigned>(std::bit_width(orders)) - 1;
    if (victim == kListTypes || largest > from) from = largest, victim = static_cast<unsigned>(other);
  }
  if (victim == kListTypes) return nullptr;
  const bool steal = from >= kMaxOrder / 2 || type != MigrateType::Movable;
  const auto victim_type = static_cast<MigrateType>(victim);
  PageList& list = list_ref(zone, victim_type);
  if (!steal) from = order + static_cast<unsigned>(std::countr_zero(list.nonempty >> order));
  page* const p = unlink_first(list, from);
  if (from + 1 >= kMaxOrder) {
    block_type(p) = static_cast<std::uint8_t>(type);
    ++events_.block_steals;
  }
  ++events_.fallbacks;
  const MigrateType keeper = steal ? type : victim_type;
  if (from != order) split_free(list_ref(zone, keeper), p, from, order, page_state::place(zone, keeper));
  return p;
}

// Takes a block back and merges it with its free buddies. The mem_map covers whole blocks of the largest
// order, so a buddy always has a struct page; what is not free memory of the same zone and order does not
// match. All of it lies in one page block, so a buddy is nearly always of that block's type and alone in its list.
void PageAllocator::put_block(page* p, unsigned order, ZoneType zone) {
  page* const map = map_;
  std::size_t i = index(p);
  p->state = 0;
  const auto type = static_cast<MigrateType>(block_types_[i >> kMaxOrder]);
  const unsigned place = page_state::place(zone, type);
  PageList& list = held(list_ref(zone, type));
  unsigned bit = 1u << order;
  list.zone->free_pages += bit;
  FreeList* free = list.free + order;
  unsigned wanted = page_state::block(PageKind::Free, order) | place;
  unsigned emptied = 0;
  for (; bit != 1u << kMaxOrder; bit <<= 1, ++free, wanted += 1u << page_state::kOrderShift) {
    page* const buddy = map + (i ^ bit);
    const unsigned state = buddy->state;
    page_link* const next = buddy->link.next;
    page_link* const prev = buddy->link.prev;
    if (state == wanted) [[likely]] {
      if (next == prev) [[likely]] {
        *free = {{next, next}, 0};
        emptied |= bit;
      } else {
        next->prev = prev;
        prev->next = next;
        --free->blocks;
      }
    } else {
      if (((state ^ wanted) & ~kAnyType) != 0) break;
      unlink_of_other_type(state, next, prev);
    }
    buddy->state = 0;
    i &= ~std::size_t{bit};
  }
  list.nonempty = (list.nonempty & ~emptied) | bit;
  link_free(held(*free), map + i, wanted);
}

// A free block of that state, from the middle of its list.
[[gnu::noinline]] void PageAllocator::unlink_of_other_type(unsigned state, page_link* next, page_link* prev) {
  PageList& list = lists_[state >> page_state::kListShift];
  const unsigned order = page_state::order(state);
  next->prev = prev;
  prev->next = next;
  if (--list.free[order].blocks == 0) list.nonempty &= ~(1u << order);
}

}  // namespace mink::mm
