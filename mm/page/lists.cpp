// SPDX-License-Identifier: MIT
// The hot/cold lists of single pages, and the free lists behind them: filled from a whole block at once,
// emptied a page or two at a time, so that no single free pays for hundreds. The lists of a zone share the places that it
// has. Interrupts are off in most of this file.
#include <bit>
#include <mm/page_allocator.hpp>

#include "page/free_lists.hpp"

namespace mink::mm {
namespace {

constexpr unsigned kBatchOrder = 3;    // a refill moves at most 2^3 pages ...
constexpr unsigned kRefillBlocks = 3;  // ... in at most so many blocks
constexpr unsigned kDrainBatch = 4;
static_assert(1 << kBatchOrder == PageAllocator::kRefillPages);

}  // namespace

// Takes the block back, or says why not: then nothing is changed.
FreeFault PageAllocator::take_back(page* p, unsigned order, const void* caller) {
  const arch::IrqGuard guard;
  if (!contains(p)) return FreeFault::OutsideMemory;
  const unsigned state = p->state;
  if (page_state::kind(state) != PageKind::Allocated || page_state::order(state) != order ||
      p->_refcount != 1) [[unlikely]] {
    const FreeFault fault = fault_of(p, order);
    return fault != FreeFault::None ? fault : FreeFault::Shared;
  }
  p->caller = caller;
  if (order == 0) {
    free_crowded(lists_[state >> page_state::kListShift], p, arch::irq_save());
  } else {
    give_back(p, order);
  }
  return FreeFault::None;
}

// A single page with its last reference to a list that is full or closed; interrupts are off, and then as `irq` says.
[[gnu::noinline]] void PageAllocator::free_crowded(PageList& list, page* p, arch::IrqState irq) {
  if (!list.zone->is_short && (list.room > 0 || make_room(list))) [[likely]] {
    --list.room;
    push_listed(list, p, page_state::with_kind(p->state, PageKind::Listed));
  } else {
    give_back(p, 0);
  }
  arch::irq_restore(irq);
}

void PageAllocator::give_back(page* p, unsigned order) {
  const ZoneType zone = zone_of(*p);
  p->_refcount = 0;
  put_block(p, order, zone);
  if (zone_ref(zone).is_short) update_shortage(zone);
  if (waiters_ != 0) [[unlikely]]
    ops_->memory_freed();
}

// The coldest page to the free lists. There must be one.
[[gnu::always_inline]] inline void PageAllocator::drain_coldest(PageList& list) {
  page_link* const link = list.head.prev;
  list.head.prev = link->prev;
  link->prev->next = &list.head;
  ++list.room;
  page* const p = page_of_link(link);
  p->_refcount = 0;
  put_block(p, 0, zone_of(*p));
}

// One place at least on a full list of an open zone: from the list that has most to spare, or that of a coldest page: its
// own, if it has the greater part of the places, or the longest list's. False: the zone's lists have none.
bool PageAllocator::make_room(PageList& list) {
  if (list.limit > list.zone->list_limit / 2) [[likely]] {
    drain_coldest(list);
    return true;
  }
  PageList* const of_zone = lists_ + ((&list - lists_) & ~3);
  PageList* giver = &list;
  for (unsigned t = 0; t < kListTypes; ++t) {
    if (of_zone[t].room > giver->room) giver = of_zone + t;
  }
  if (giver->room <= 0) {
    for (unsigned t = 0; t < kListTypes; ++t) {
      if (of_zone[t].limit > giver->limit) giver = of_zone + t;
    }
    if (giver->limit == 0) return false;
    drain_coldest(*giver);
  }
  const int places = (giver->room + 1) / 2;
  giver->room -= places, giver->limit -= places;
  list.room += places, list.limit += places;
  return true;
}

// Moves pages from the free lists to `list`: single ones as far as there are, then one block of kBatchOrder or a few smaller
// ones; a block's stand there in the order of their addresses. False: there are none.
bool PageAllocator::refill(ZoneType type, PageList& list, MigrateType migrate) {
  const unsigned place = page_state::place(type, migrate);
  if (list.room <= 0) (void)make_room(list);
  int wanted = list.room < kRefillPages ? list.room : kRefillPages;
  bool any = false;
  if ((list.nonempty & 1) != 0 && wanted > 0) {
    wanted -= static_cast<int>(list_singles(list, static_cast<unsigned>(wanted)));
    any = true;
  }
  for (unsigned n = any ? 1 : 0; n < kRefillBlocks && wanted > 0; ++n) {
    const unsigned orders = list.nonempty;
    unsigned order = orders == 0 ? kBatchOrder : static_cast<unsigned>(std::countr_zero(orders));
    if (order > kBatchOrder) order = kBatchOrder;
    while ((1 << order) > wanted) --order;
    page* const block = take_block(type, order, migrate);
    if (block == nullptr) break;
    const unsigned pages = 1u << order;
    for (unsigned i = 0; i < pages; ++i) {
      page* const p = block + i;
      p->state = page_state::block(PageKind::Listed, 0) | place;
      p->_refcount = 1;  // as the fast paths leave it
      p->caller = nullptr;
      page_link* const last = list.head.prev;
      p->link = {&list.head, last};
      last->next = &p->link;
      list.head.prev = &p->link;
    }
    list.room -= static_cast<int>(pages);
    wanted -= static_cast<int>(pages);
    any = true;
  }
  return any;
}

// The first free single pages, `most` or all, to the cold end of the list as they hang together. There must be one. How many.
unsigned PageAllocator::list_singles(PageList& list, unsigned most) {
  FreeList& free = held(list.free[0]);
  page_link* const first = free.head.next;
  page_link* link = first;
  unsigned n = 0;
  do {
    page* const p = page_of_link(link);
    p->state ^= page_state::block(PageKind::Free, 0) ^ page_state::block(PageKind::Listed, 0);
    p->_refcount = 1;  // as the fast paths leave it
    link = link->next;
  } while (++n != most && link != &free.head);
  page_link* const last = link->prev;
  free.head.next = link;
  link->prev = &free.head;
  if ((free.blocks -= n) == 0) list.nonempty &= ~1u;
  list.zone->free_pages -= n;
  page_link* const coldest = list.head.prev;
  coldest->next = first;
  first->prev = coldest;
  last->next = &list.head;
  list.head.prev = last;
  list.room -= static_cast<int>(n);
  return n;
}

// Up to `pages` from the cold end back to the free lists. Returns how many.
unsigned PageAllocator::drain_some(PageList& list, unsigned pages) {
  unsigned done = 0;
  for (; done < pages && list.head.prev != &list.head; ++done) drain_coldest(list);
  return done;
}

// Up to `most` ready blocks and listed pages, those that bring most first.
unsigned PageAllocator::drain_zone(ZoneType zone, unsigned most) {
  PageList* const lists = &list_ref(zone, MigrateType::Unmovable);
  unsigned done = 0;
  for (unsigned t = 0; t < kListTypes; ++t) {
    for (; done < most && lists[t].ready != 0; ++done)
      put_ready(lists[t], static_cast<unsigned>(std::bit_width(lists[t].ready)) - 1);
  }
  for (unsigned t = 0; t < kListTypes; ++t) done += drain_some(lists[t], most - done);
  return done;
}

unsigned PageAllocator::drain_some_of(ZoneType zone) {
  const arch::IrqGuard guard;
  return drain_zone(zone, kDrainBatch);
}

std::size_t PageAllocator::drain_lists() {
  std::size_t blocks = 0;
  for (unsigned z = 0; z < kZones; ++z) {
    while (const unsigned drained = drain_some_of(static_cast<ZoneType>(z))) blocks += drained;
  }
  return blocks;
}

// Closed lists take and give nothing: what they hold goes back by and by.
void PageAllocator::open_lists(ZoneType type, bool open) {
  Zone& zone = zone_ref(type);
  zone.is_short = !open;
  int places = open ? zone.list_limit : 0;
  for (unsigned t = kListTypes; t-- != 0;) {  // the first list has what the others need not
    PageList& list = list_ref(type, static_cast<MigrateType>(t));
    const int count = static_cast<int>(list.count());
    list.limit = t == 0 || !open ? places : count;
    list.room = list.limit - count;
    places -= list.limit;
  }
  choose_lists();
  choose_keepers();
}

// A block given back to a short zone, or while somebody waits, has to be announced and to merge.
void PageAllocator::choose_keepers() {
  for (PageList& list : lists_)
    list.keeps_blocks = list.zone != nullptr && !list.zone->is_short && waiters_ == 0;
}

// After free_pages has changed.
void PageAllocator::update_shortage(ZoneType type) {
  Zone& zone = zone_ref(type);
  if (!zone.is_short) {
    if (zone.free_pages < zone.short_below) open_lists(type, false);
  } else if (zone.list_limit != 0 && zone.free_pages >= zone.open_above) {
    open_lists(type, true);
  }
  if (zone.is_short) drain_zone(type, kDrainBatch);
}

}  // namespace mink::mm
