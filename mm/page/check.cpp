// SPDX-License-Identifier: MIT
// The page allocator examines itself: the mem_map block by block, a piece of memory at a time; then, in one stretch because sums
// are compared, each list against what is counted there.
#include <algorithm>
#include <mm/page_allocator.hpp>

namespace mink::mm {

class PageChecker {
 public:
  PageChecker(const PageAllocator& pages, TextSink& why) : a_{pages}, why_{why} {}

  // No block reaches beyond a multiple of the largest, so each piece stands for itself, whatever happens between two.
  void look() {
    constexpr std::size_t kPiece = std::size_t{1} << kMaxOrder;
    for (std::size_t from = 0; from < a_.map_pages_; from += kPiece) {
      const arch::IrqGuard guard;
      const std::size_t to = std::min(from + kPiece, a_.map_pages_);
      for (std::size_t i = from; i < to;) i += block(i);
    }
  }

  // Interrupts off.
  void count() {
    for (std::size_t i = 0; i < a_.map_pages_;) i += counted(i);
    for (unsigned z = 0; z < kZones; ++z) zone(z);
  }

  [[nodiscard]] bool good() const { return good_; }

 private:
  template <class... Args>
  void fault(const char* format, Args... args) {
    good_ = false;
    if (++said_ <= 20)
      print(why_, format, args...);  // NOLINT: the formats below are checked where they are written
  }
  unsigned long pfn_of_index(std::size_t i) const { return static_cast<unsigned long>(a_.first_pfn_ + i); }

  // Returns the number of pages to step over.
  std::size_t block(std::size_t i) {
    const page& head = a_.map_[i];
    const unsigned long pfn = pfn_of_index(i);
    if (head.state == 0) return 1;  // a hole
    const unsigned order = order_of(head);
    const unsigned z = static_cast<unsigned>(zone_of(head));
    const unsigned type = static_cast<unsigned>(page_state::type(head.state));
    const std::size_t pages = std::size_t{1} << order;
    if (order > kMaxOrder || (i & (pages - 1)) != 0) {
      fault("pfn %#lx: a block of order %u cannot begin here (state %#x)\n", pfn, order, head.state);
      return 1;
    }
    if (z >= kZones || a_.zone_at(i) != zone_of(head) || a_.zone_at(i + pages - 1) != zone_of(head)) {
      fault("pfn %#lx: a block of order %u of zone %u lies in another\n", pfn, order, z);
      return pages;
    }
    const bool in_flux = (head.state & page_state::kInFlux) != 0;
    for (std::size_t inner = 1; inner < pages && !in_flux; ++inner) {
      if (a_.map_[i + inner].state != 0) {
        fault("pfn %#lx: inside a block of order %u there is a page with state %#x\n", pfn + inner, order,
              a_.map_[i + inner].state);
        return inner;
      }
    }
    switch (kind_of(head)) {
      case PageKind::Free: {
        if (type >= kListTypes) fault("pfn %#lx: free, of type %u\n", pfn, type);
        if (head._refcount != 0) fault("pfn %#lx: free, with %d references\n", pfn, head._refcount);
        links(head, pfn);
        const page& buddy = a_.map_[i ^ pages];
        if (order < kMaxOrder && kind_of(buddy) == PageKind::Free && order_of(buddy) == order &&
            zone_of(buddy) == zone_of(head)) {
          fault("pfn %#lx: two free buddies of order %u apart\n", pfn, order);
        }
        break;
      }
      case PageKind::Listed:
        if (type >= kListTypes) fault("pfn %#lx: on a list with state %#x\n", pfn, head.state);
        if (head._refcount != 1) fault("pfn %#lx: on a list, with %d references\n", pfn, head._refcount);
        if (order != 0) {
          ready(head, pfn, z, order, type % kListTypes);
        } else {
          links(head, pfn);
        }
        break;
      case PageKind::Allocated:
      case PageKind::Slab:
      case PageKind::PageTable:
      case PageKind::Large:
      case PageKind::Vmalloc:
        if (head._refcount <= 0) fault("pfn %#lx: in use, with %d references\n", pfn, head._refcount);
        break;
      case PageKind::Reserved:
        break;
      default:
        fault("pfn %#lx: state %#x is none\n", pfn, head.state);
        break;
    }
    return pages;
  }

  // The same.
  std::size_t counted(std::size_t i) {
    const page& head = a_.map_[i];
    const unsigned order = order_of(head), z = static_cast<unsigned>(zone_of(head));
    const unsigned type = static_cast<unsigned>(page_state::type(head.state)) % kListTypes;
    if (head.state == 0 || order > kMaxOrder || z >= kZones) return 1;
    const std::size_t pages = std::size_t{1} << order;
    const PageKind kind = kind_of(head);
    if (kind == PageKind::Free)
      ++free_[z][order][type];
    else if (kind == PageKind::Listed && order == 0)
      ++listed_[z][type];
    else if (kind == PageKind::Listed)
      ready_[z][type] |= 1u << order;
    else if (kind >= PageKind::Allocated)
      used_[z] += pages;
    return pages;
  }

  void ready(const page& head, unsigned long pfn, unsigned z, unsigned order, unsigned type) {
    const PageList& list = a_.list(static_cast<ZoneType>(z), static_cast<MigrateType>(type));
    if ((list.ready >> order & 1) == 0 || list.ready_block[order] != &head)
      fault("pfn %#lx: of order %u, not merged, and not its list's\n", pfn, order);
  }

  void links(const page& p, unsigned long pfn) {
    const page_link& link = p.link;
    if (link.next == nullptr || link.prev == nullptr || link.next->prev != &link ||
        link.prev->next != &link) {
      fault("pfn %#lx: free, but its list is broken\n", pfn);
    }
  }

  // Walks a ring; every member must be of that state. Returns how many it found before something was wrong.
  std::size_t walk(const page_link& head, unsigned state, const char* what) {
    std::size_t n = 0;
    for (const page_link* link = head.next; link != &head; link = link->next) {
      if (n > a_.map_pages_) {
        fault("%s: the list does not end\n", what);
        break;
      }
      const page* const p = PageAllocator::page_of_link(const_cast<page_link*>(link));
      if (!a_.contains(p) || (p->state & ~page_state::kAccountMask) != state) {
        fault("%s: a member with state %#x\n", what, a_.contains(p) ? p->state : 0u);
        break;
      }
      ++n;
    }
    return n;
  }

  void zone(unsigned z) {
    const Zone& zone = a_.zones_[z];
    const auto zone_type = static_cast<ZoneType>(z);
    const char* const name = zone_name(zone_type);
    std::size_t free = 0;
    std::size_t listed = 0;
    std::size_t ready = 0;
    int places = 0;
    for (unsigned t = 0; t < kListTypes; ++t) {
      const unsigned place = page_state::place(zone_type, static_cast<MigrateType>(t));
      const PageList& area = a_.list(zone_type, static_cast<MigrateType>(t));
      for (unsigned o = 0; o <= kMaxOrder; ++o) {
        const FreeList& list = area.free[o];
        const std::size_t found = walk(list.head, page_state::block(PageKind::Free, o) | place, name);
        if (found != free_[z][o][t] || list.blocks != found) {
          fault("%s: %zu free blocks of order %u, type %u in the mem_map, %zu in the list, counted as %u\n",
                name, free_[z][o][t], o, t, found, list.blocks);
        }
        if (((area.nonempty >> o & 1) != 0) != (found != 0)) fault("%s: bit of order %u is wrong\n", name, o);
        free += found << o;
      }
      if (area.ready != ready_[z][t])
        fault("%s: ready blocks of type %u: %#x, counted as %#x\n", name, t, ready_[z][t], area.ready);
      ready += ready_[z][t];  // a bit is its block's size
      const std::size_t found = walk(area.head, page_state::block(PageKind::Listed, 0) | place, name);
      if (found != listed_[z][t] || area.count() != found) {
        fault("%s: %zu pages of type %u are listed, %zu in the list, counted as %u\n", name, listed_[z][t], t,
              found, area.count());
      }
      if (!zone.is_short && area.room < 0) fault("%s: list %u is too long\n", name, t);
      places += area.limit;
      listed += found;
    }
    if (free != zone.free_pages) fault("%s: %zu free pages, counted as %zu\n", name, free, zone.free_pages);
    if (places != (zone.is_short ? 0 : zone.list_limit)) fault("%s: %d places on its lists\n", name, places);
    if (free + listed + ready + used_[z] != zone.managed) {
      fault("%s: %zu free, %zu listed, %zu ready and %zu used pages are not %zu\n", name, free, listed, ready,
            used_[z], zone.managed);
    }
    const unsigned held = a_.allocated(zone_type) - a_.released(zone_type);
    if (held != static_cast<unsigned>(used_[z])) {
      fault("%s: %zu pages in use, but %u more given out than taken back\n", name, used_[z], held);
    }
  }

  const PageAllocator& a_;
  TextSink& why_;
  bool good_ = true;
  unsigned said_ = 0;
  std::size_t free_[kZones][kOrders][kListTypes] = {};
  std::size_t listed_[kZones][kListTypes] = {};
  unsigned ready_[kZones][kListTypes] = {};
  std::size_t used_[kZones] = {};
};

bool PageAllocator::check(TextSink& why) const {
  PageChecker checker{*this, why};
  checker.look();
  const arch::IrqGuard guard;
  checker.count();
  return checker.good();
}

}  // namespace mink::mm
