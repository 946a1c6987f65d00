// SPDX-License-Identifier: MIT
// The hot/cold lists of single pages, and the free lists behind them: filled from a whole block at once,
// emptied a page or two at a time, so that no single free pays for hundreds. Interrupts are off in most of
// this file.
#include <bit>
#include <mm/page_allocator.hpp>

namespace mink::mm {
namespace {

constexpr unsigned kBatchOrder = 3;    // a refill moves at most 2^3 pages ...
constexpr unsigned kRefillBlocks = 3;  // ... in at most so many blocks
constexpr unsigned kDrainBatch = 4;
static_assert(1 << kBatchOrder == PageAllocator::kRefillPages);

}  // namespace

// Moves pages from the free lists to `list`, as many as one block of kBatchOrder or a few smaller ones give.
// They stand there in the order of their addresses. False: there are none.
bool PageAllocator::refill(ZoneType type, PageList& list, MigrateType migrate) {
  const unsigned place = page_state::place(type, migrate);
  int wanted = list.room < (1 << kBatchOrder) ? list.room : 1 << kBatchOrder;
  bool any = false;
  for (unsigned n = 0; n < kRefillBlocks && wanted > 0; ++n) {
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

// Up to `pages` from the cold end back to the free lists. Returns how many.
unsigned PageAllocator::drain_some(PageList& list, unsigned pages) {
  unsigned done = 0;
  for (; done < pages && list.head.prev != &list.head; ++done) {
    page_link* const link = list.head.prev;
    list.head.prev = link->prev;
    link->prev->next = &list.head;
    ++list.room;
    page* const p = page_of_link(link);
    p->_refcount = 0;
    put_block(p, 0, zone_of(*p));
  }
  return done;
}

unsigned PageAllocator::drain_zone(ZoneType zone, unsigned most) {
  PageList* const lists = &list_ref(zone, MigrateType::Unmovable);
  unsigned done = 0;
  for (unsigned t = 0; t < kListTypes; ++t) done += drain_some(lists[t], most - done);
  for (unsigned t = 0; t < kListTypes; ++t) {
    for (; done < most && lists[t].ready != 0; ++done)
      put_ready(lists[t], static_cast<unsigned>(std::countr_zero(lists[t].ready)));
  }
  return done;
}

std::size_t PageAllocator::drain_lists() {
  std::size_t blocks = 0;
  for (unsigned z = 0; z < kZones; ++z) {
    for (;;) {
      const arch::IrqGuard guard;
      const unsigned drained = drain_zone(static_cast<ZoneType>(z), kDrainBatch);
      if (drained == 0) break;
      blocks += drained;
    }
  }
  return blocks;
}

// Closed lists take and give nothing: what they hold goes back by and by.
void PageAllocator::open_lists(ZoneType type, bool open) {
  Zone& zone = zone_ref(type);
  zone.is_short = !open;
  for (unsigned t = 0; t < kListTypes; ++t) {
    PageList& list = list_ref(type, static_cast<MigrateType>(t));
    const int limit = open ? zone.list_limit : 0;
    list.room += limit - list.limit;
    list.limit = limit;
  }
  choose_lists();
  choose_keepers();
}

// A block given back to a short zone, or while somebody waits, has to be announced and to merge.
void PageAllocator::choose_keepers() {
  for (PageList& list : lists_) list.keeps_blocks = list.limit != 0 && waiters_ == 0;
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
