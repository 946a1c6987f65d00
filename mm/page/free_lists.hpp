// SPDX-License-Identifier: MIT
// A zone's free lists, one block at a time: one ring for each order and migrate type, one mask for each type of the orders
// that have blocks. Interrupts are off in all of this file.
#pragma once
#include <bit>
#include <mm/page_state.hpp>
#include <mm/zone.hpp>

namespace mink::mm {

// Zone and migrate type of a block, as they stand in its state.
inline constexpr unsigned kPlaceBits = 0xfu << page_state::kListShift;

inline page* page_of_link(page_link* link) {
  return reinterpret_cast<page*>(reinterpret_cast<char*>(link) - offsetof(page, link));
}

// A pointer that is worth a register: the compiler would rather compute an address for each member.
template <class T>
[[gnu::always_inline]] inline T& held(T& object) {
  T* address = &object;
  asm("" : "+r"(address));
  return *address;
}

// Eleven instructions and the mask's four.
[[gnu::always_inline]] inline void link_free(Zone& zone, page* p, unsigned order, unsigned place) {
  const unsigned type = (place >> page_state::kMigrateShift) & 3;
  FreeList& list = held(zone.free[order][type]);
  page_link* const first = list.head.next;
  p->state = page_state::block(PageKind::Free, order) | place;
  p->link = {first, &list.head};
  first->prev = &p->link;
  list.head.next = &p->link;
  ++list.blocks;
  zone.nonempty[type] |= 1u << order;
}

// The list must have one.
[[gnu::always_inline]] inline page* unlink_first(Zone& zone, unsigned order, unsigned type) {
  FreeList& list = held(zone.free[order][type]);
  page_link* const link = list.head.next;
  page_link* const next = link->next;
  list.head.next = next;
  next->prev = &list.head;
  --list.blocks;
  if (next == &list.head) zone.nonempty[type] &= ~(1u << order);
  return page_of_link(link);
}

// `p` heads a block of order `from` of which only the first 2^to pages are wanted: the upper halves go free.
[[gnu::noinline]] inline void split_free(Zone& zone, page* p, unsigned from, unsigned to, unsigned place) {
  while (from > to) {
    --from;
    link_free(zone, p + (std::size_t{1} << from), from, place);
  }
}

// The first of the smallest blocks that will do, with one reference: `orders` says which there are from `order` on, and
// is not 0. The state is the caller's to set.
inline page* take_first(Zone& zone, unsigned order, unsigned orders, unsigned place) {
  const unsigned from = order + static_cast<unsigned>(std::countr_zero(orders));
  page* const p = unlink_first(zone, from, (place >> page_state::kMigrateShift) & 3);
  if (from != order) split_free(zone, p, from, order, place);
  zone.free_pages -= std::size_t{1} << order;
  p->_refcount = 1;
  return p;
}

}  // namespace mink::mm
