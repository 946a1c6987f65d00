// SPDX-License-Identifier: MIT
// Many single pages at once where memory is in single pages: a batch between two looks at the marks, with interrupts off
// once.
#include <algorithm>
#include <mm/gfp_policy.hpp>
#include <mm/page_allocator.hpp>

#include "page/free_lists.hpp"

namespace mink::mm {
namespace {

constexpr unsigned kAnyType = 3u << page_state::kMigrateShift;
constexpr unsigned kZoneBits = kPlaceBits & ~kAnyType;
constexpr unsigned kBatch = 16;  // pages while interrupts are off

// The type whose list a single page comes from: the wanted one while it has any. `of_zone`: the zone's lists, by type.
unsigned type_with_singles(const PageList* of_zone, unsigned wanted) {
  for (unsigned type = wanted;; type = type == 0 ? kListTypes - 1 : type - 1) {
    if ((of_zone[type].nonempty & 1) != 0) return type;
  }
}

}  // namespace

// Fills the first slots of `pages`, all of which are null. 0: the mask's best zone is not one of single pages alone, or
// has too few above its low mark; nothing is changed.
std::size_t PageAllocator::take_singles(gfp_t asked, gfp_t gfp, std::span<page*> pages, const void* caller) {
  unsigned z = static_cast<unsigned>(zone_of_gfp(gfp));
  while (z != 0 && !zones_[z].populated()) --z;
  const auto zone_type = static_cast<ZoneType>(z);
  const MigrateType type = migrate_type_of(gfp);
  const arch::IrqGuard guard;
  Zone& zone = held(zones_[z]);
  const std::size_t kept =
      std::max(zone.mark.low + zone.lowmem_reserve[reserve_class(gfp)], zone.short_below);
  if (orders(zone_type) != 1 || zone.free_pages <= kept) return 0;
  const std::size_t count = std::min({pages.size(), zone.free_pages - kept, std::size_t{kBatch}});
  const unsigned state =
      page_state::block(PageKind::Allocated, 0) | page_state::place(zone_type, type) | account_;
  std::size_t n = 0;
  PageList* const of_zone = &list_ref(zone_type, MigrateType::Unmovable);
  while (n != count && orders(zone_type) != 0) {
    const unsigned from = type_with_singles(of_zone, static_cast<unsigned>(type));
    FreeList& list = held(of_zone[from].free[0]);
    const std::size_t before = n;
    page_link* link = list.head.next;
    for (; n != count && link != &list.head; link = link->next) {
      page* const p = page_of_link(link);
      p->state = state;
      p->_refcount = 1;
      p->private_data = 0;
      p->caller = caller;
      p->gfp = asked;
      pages[n++] = p;
    }
    list.head.next = link;
    link->prev = &list.head;
    list.blocks -= static_cast<unsigned>(n - before);
    if (link == &list.head) of_zone[from].nonempty &= ~1u;
    if (from != static_cast<unsigned>(type)) events_.fallbacks += static_cast<unsigned>(n - before);
  }
  zone.free_pages -= n;
  zone.allocated += static_cast<unsigned>(n);
  return n;
}

page* PageAllocator::free_chain(page* first, PageKind of, const void* caller) {
  const arch::IrqGuard guard;
  const unsigned kind = page_state::block(of, 0) | (first->state & kZoneBits);
  const ZoneType type = page_state::zone(first->state);
  Zone& zone = held(zone_ref(type));
  if (zone.is_short || waiters_ != 0) return first;
  const unsigned free_buddy = page_state::block(PageKind::Free, 0) | (first->state & kZoneBits);
  page* p = first;
  unsigned n = 0;
  unsigned alone = 0;  // without a free buddy: the list is all there is to do
  for (; n != kBatch && p != nullptr && contains(p); ++n) {
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
