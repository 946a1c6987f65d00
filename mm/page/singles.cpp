// SPDX-License-Identifier: MIT
// Many single pages at once, as chains: off and onto a hot/cold list as they hang together there, and, where memory is in
// single pages, off and onto the free lists; a batch with interrupts off once.
#include <algorithm>
#include <mm/gfp_policy.hpp>
#include <mm/page_allocator.hpp>

#include "page/free_lists.hpp"

namespace mink::mm {
namespace {

constexpr unsigned kAnyType = 3u << page_state::kMigrateShift;
constexpr unsigned kZoneBits = kPlaceBits & ~kAnyType;
constexpr unsigned kMergeBatch = 16;  // pages that go to the free lists while interrupts are off

// The type whose list a single page comes from: the wanted one while it has any. `of_zone`: the zone's lists, by type.
unsigned type_with_singles(const PageList* of_zone, unsigned wanted) {
  for (unsigned type = wanted;; type = type == 0 ? kListTypes - 1 : type - 1) {
    if ((of_zone[type].nonempty & 1) != 0) return type;
  }
}

// What a page that is taken holds.
struct Taken {
  unsigned state;
  const void* caller;
  gfp_t gfp;
};

// Free pages from `link` on are taken: `most`, or as many as there are before `end`. Returns the link behind the last,
// and in `most` how many were not there. Out of line for its registers: 11 instructions a page.
[[gnu::noinline]] page_link* take_links(page_link* link, const page_link* end, unsigned& most,
                                        const Taken& taken) {
  const auto [state, caller, gfp] = taken;
  unsigned left = most;
  do {
    page* const p = page_of_link(link);
    link = link->next;
    p->state = state;
    p->_refcount = 1;
    p->private_data = 0;
    p->caller = caller;
    p->gfp = gfp;
  } while (--left != 0 && link != end);
  most = left;
  return link;
}

// The first pages of a ring, at most `most`: its own links are the chain's. There must be one.
PageChain take_first(page_link& head, std::size_t most, const Taken& taken) {
  auto left = static_cast<unsigned>(most);
  page* const first = page_of_link(head.next);
  page_link* const link = take_links(head.next, &head, left, taken);
  page* const last = page_of_link(link->prev);
  head.next = link;
  link->prev = &head;
  last->next = nullptr;
  return {first, last, most - left};
}

}  // namespace

// Of the list that single allocations of this mask come from: empty while the zone is short.
PageChain PageAllocator::take_listed_chain(gfp_t asked, std::size_t wanted, PageKind kind,
                                           const void* caller) {
  const arch::IrqGuard guard;
  PageList& list = *preferred_[asked & kPlacementMask];
  if (list.head.next == &list.head) return {};
  const PageChain chain = take_first(list.head, std::min(wanted, kMostInChain),
                                     {page_state::with_kind(list.allocated_state, kind), caller, asked});
  list.room += static_cast<int>(chain.count);
  list.taken += static_cast<unsigned>(chain.count);
  return chain;
}

// The links of a free list are those of the chain: what is written is that the pages are taken. 0 pages: the mask's best
// zone is not one of single pages alone, or has too few above its low mark; nothing is changed.
PageChain PageAllocator::take_singles(gfp_t asked, gfp_t gfp, std::size_t wanted, PageKind kind,
                                      const void* caller) {
  unsigned z = static_cast<unsigned>(zone_of_gfp(gfp));
  while (z != 0 && !zones_[z].populated()) --z;
  const auto zone_type = static_cast<ZoneType>(z);
  const MigrateType type = migrate_type_of(gfp);
  const Taken taken{page_state::block(kind, 0) | page_state::place(zone_type, type) | account_, caller,
                    asked};
  PageChain chain;
  const arch::IrqGuard guard;
  Zone& zone = held(zones_[z]);
  const std::size_t kept =
      std::max(zone.mark.low + zone.lowmem_reserve[reserve_class(gfp)], zone.short_below);
  if (orders(zone_type) != 1 || zone.free_pages <= kept) return chain;
  const std::size_t most = std::min({wanted, zone.free_pages - kept, kMostInChain});
  PageList* const of_zone = &list_ref(zone_type, MigrateType::Unmovable);
  page** tail = &chain.first;
  do {
    const unsigned from = type_with_singles(of_zone, static_cast<unsigned>(type));
    FreeList& list = of_zone[from].free[0];
    const PageChain some = take_first(list.head, most - chain.count, taken);
    *tail = some.first;
    chain.last = some.last;
    tail = &chain.last->next;
    chain.count += some.count;
    if ((list.blocks -= static_cast<unsigned>(some.count)) == 0) of_zone[from].nonempty &= ~1u;
    if (from != static_cast<unsigned>(type)) events_.fallbacks += static_cast<unsigned>(some.count);
  } while (chain.count != most && orders(zone_type) != 0);
  zone.free_pages -= chain.count;
  zone.allocated += static_cast<unsigned>(chain.count);
  return chain;
}

PageChain PageAllocator::alloc_chain(gfp_t asked, std::size_t wanted, PageKind kind, const void* caller) {
  if ((asked & __GFP_ZERO) == 0 && failures_ == nullptr) {
    gfp_t gfp = modern_gfp(asked);
    if ((gfp & __GFP_DIRECT_RECLAIM) != 0) gfp = fit_to_context(gfp, caller);
    PageChain chain = take_listed_chain(asked, wanted, kind, caller);
    if (chain.count == 0) chain = take_singles(asked, gfp, wanted, kind, caller);
    if (chain.count != 0) return chain;
  }
  page* got[kMostInChain] = {};
  const std::span<page*> slots{got, std::min(wanted, kMostInChain)};
  PageChain chain;
  chain.count = alloc_bulk(asked, slots, caller);
  page** tail = &chain.first;
  for (page* const p : slots) {
    if (p == nullptr) continue;
    set_page_kind(*p, kind);
    *tail = chain.last = p;
    tail = &p->next;
  }
  *tail = nullptr;
  return chain;
}

// Pages of the list's own zone and type, as many as it has room for, go to its front in their order. 17 instructions each.
page* PageAllocator::list_chain(PageList& list, page* first, PageKind kind, const void* caller) {
  constexpr unsigned kCompared = page_state::kBlockMask | kPlaceBits;
  const unsigned place = first->state & kPlaceBits;
  const unsigned taken = page_state::block(kind, 0) | place;
  const unsigned listed = page_state::block(PageKind::Listed, 0) | place;
  const int most = std::min(list.room, static_cast<int>(kMostInChain));
  int left = most;
  page_link* last = &list.head;
  page* p = first;
  while (left > 0 && contains(p) && (p->state & kCompared) == taken && p->_refcount == 1) {
    page* const next = p->next;
    p->state = listed;
    p->caller = caller;
    p->link.prev = last;
    last = &p->link;
    p = next;
    --left;
  }
  if (p == first) return first;
  page_link* const warmest = list.head.next;
  last->next = warmest;
  warmest->prev = last;
  list.head.next = &first->link;
  list.room -= most - left;
  return p;
}

page* PageAllocator::free_chain(page* first, PageKind of, const void* caller) {
  const arch::IrqGuard guard;
  const unsigned kind = page_state::block(of, 0) | (first->state & kZoneBits);
  const ZoneType type = page_state::zone(first->state);
  Zone& zone = held(zone_ref(type));
  if (zone.is_short || waiters_ != 0) return first;
  if (page* const rest = list_chain(lists_[first->state >> page_state::kListShift], first, of, caller);
      rest != first)
    return rest;
  const unsigned free_buddy = page_state::block(PageKind::Free, 0) | (first->state & kZoneBits);
  page* p = first;
  unsigned n = 0;
  unsigned alone = 0;  // without a free buddy: the list is all there is to do
  for (; n != kMergeBatch && p != nullptr && contains(p); ++n) {
    if ((p->state & (page_state::kBlockMask | kZoneBits)) != kind || p->_refcount != 1) break;
    page* const next = p->next;
    p->_refcount = 0;
    p->caller = caller;
    const std::size_t i = index(p);
    if ((map_[i ^ 1].state & ~kAnyType) == free_buddy) [[unlikely]] {
      put_block(p, 0, type);
    } else {
      ++alone;
      const unsigned place = page_state::place(type, static_cast<MigrateType>(block_types_[i >> kMaxOrder]));
      PageList& list = lists_[place >> page_state::kListShift];
      list.nonempty |= 1;
      link_free(list.free[0], p, page_state::block(PageKind::Free, 0) | place);
    }
    p = next;
  }
  zone.free_pages += alone;
  return p;
}

}  // namespace mink::mm
