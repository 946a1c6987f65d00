// SPDX-License-Identifier: MIT
// Free blocks of one zone and migrate type, one at a time: one ring for each order, and a mask of the orders that have
// blocks. Interrupts are off in all of this file.
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

// `free`: the list of that order in `list`. The caller sets its bit in the mask.
[[gnu::always_inline]] inline void link_free(FreeList& free, page* p, unsigned state) {
  page_link* const first = free.head.next;
  p->state = state;
  p->link = {first, &free.head};
  first->prev = &p->link;
  free.head.next = &p->link;
  ++free.blocks;
}

// A page with its one reference to the warm end of a list of single pages, which has room for it.
[[gnu::always_inline]] inline void push_listed(PageList& list, page* p, unsigned state) {
  page_link* const first = list.head.next;
  p->state = state;
  p->link = {first, &list.head};
  first->prev = &p->link;
  list.head.next = &p->link;
}

// The list must have one.
[[gnu::always_inline]] inline page* unlink_first(PageList& list, unsigned order) {
  FreeList& free = held(list.free[order]);
  page_link* const link = free.head.next;
  page_link* const next = link->next;
  free.head.next = next;
  next->prev = &free.head;
  if (--free.blocks == 0) list.nonempty &= ~(1u << order);
  return page_of_link(link);
}

// `p` heads a block of order `from` of which only the first 2^to pages are wanted: the upper halves go free. Blocks are
// only split when there is none that fits better, so the lists from `to` up to `from` are empty. Ten instructions each.
[[gnu::noinline]] inline void split_free(PageList& list, page* p, unsigned from, unsigned to,
                                         unsigned place) {
  list.nonempty |= (1u << from) - (1u << to);
  FreeList* free = list.free + from;
  std::size_t half = std::size_t{1} << from;
  unsigned state = page_state::block(PageKind::Free, from) | place;
  const FreeList* const last = list.free + to;
  do {
    --free;
    half >>= 1;
    state -= 1u << page_state::kOrderShift;
    page* const upper = p + half;
    upper->link = {&free->head, &free->head};
    upper->state = state;
    free->head = {&upper->link, &upper->link};
    free->blocks = 1;
  } while (free != last);
}

// The first of the smallest blocks that will do, with one reference: `orders` says which there are from `order` on, and
// is not 0. The state is the caller's to set.
inline page* take_first(PageList& list, unsigned order, unsigned orders, unsigned place) {
  unsigned from = order;
  if ((orders & 1) == 0) from += static_cast<unsigned>(std::countr_zero(orders));
  page* const p = unlink_first(list, from);
  if (from != order) split_free(list, p, from, order, place);
  list.zone->free_pages -= std::size_t{1} << order;
  p->_refcount = 1;
  return p;
}

}  // namespace mink::mm
