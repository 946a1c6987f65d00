// SPDX-License-Identifier: MIT
// A free that the hot list did not take at once: whole blocks, shared pages, full lists, and mistakes.
#include <base/log.h>
#include <lib/log_sink.hpp>
#include <mm/gfp_names.hpp>
#include <mm/page_allocator.hpp>

namespace mink::mm {
namespace {

constexpr const char* kKindNames[] = {
    "an inner page", "reserved", "a free block", "a free page of a hot/cold list",
    "allocated",     "a slab",   "a page table"};

}  // namespace

const char* fault_name(FreeFault fault) {
  switch (fault) {
    case FreeFault::None:
      return "nothing wrong";
    case FreeFault::OutsideMemory:
      return "outside of memory";
    case FreeFault::Unaligned:
      return "not the start of a page";
    case FreeFault::InnerPage:
      return "inside a block, not its start";
    case FreeFault::AlreadyFree:
      return "already free";
    case FreeFault::Reserved:
      return "reserved";
    case FreeFault::SlabPage:
      return "a slab's: kfree or kmem_cache_free gives objects back";
    case FreeFault::TablePage:
      return "a page table";
    case FreeFault::WrongOrder:
      return "of another order";
    case FreeFault::NotReferenced:
      return "allocated, but without a reference";
  }
  return "?";
}

// What would be wrong with freeing `p` as a block of `order`? Interrupts off.
FreeFault PageAllocator::fault_of(const page* p, unsigned order) const {
  if (!contains(p)) {
    return FreeFault::OutsideMemory;
  }
  const unsigned state = p->state;
  switch (page_state::kind(state)) {
    case PageKind::Inner: {
      const page* const head = block_head(p);
      if (head == nullptr) return FreeFault::OutsideMemory;
      switch (kind_of(*head)) {
        case PageKind::Free:
          return FreeFault::AlreadyFree;
        case PageKind::Reserved:
          return FreeFault::Reserved;
        case PageKind::Slab:
          return FreeFault::SlabPage;
        default:
          return FreeFault::InnerPage;
      }
    }
    case PageKind::Reserved:
      return FreeFault::Reserved;
    case PageKind::Free:
    case PageKind::Listed:
      return FreeFault::AlreadyFree;
    case PageKind::Slab:
      return FreeFault::SlabPage;
    case PageKind::PageTable:
      return FreeFault::TablePage;
    case PageKind::Allocated:
      break;
  }
  if (p->_refcount <= 0) return FreeFault::NotReferenced;
  if (page_state::order(state) != order && !page_state::compound(state)) return FreeFault::WrongOrder;
  return FreeFault::None;
}

void PageAllocator::free_slow(page* p, unsigned order, const void* caller) {
  if (p == nullptr) return;
  FreeFault fault = FreeFault::None;
  {
    const arch::IrqGuard guard;
    fault = fault_of(p, order);
    if (fault == FreeFault::None) {
      if (--p->_refcount != 0) return;  // somebody else still holds it
      p->caller = caller;
      const unsigned state = p->state;
      const ZoneType type = page_state::zone(state);
      const unsigned real_order = page_state::order(state);
      Zone& zone = zone_ref(type);
      PageList& list = list_ref(type, page_state::type(state));
      if (real_order == 0 && !zone.is_short && list.limit != 0) {
        // The list is full (or the page was shared): the newcomer is the warmest, the coldest has to go.
        if (list.room <= 0) drain_some(list, 1);
        --list.room;
        p->_refcount = 1;
        p->state = page_state::with_kind(state, PageKind::Listed);
        page_link* const first = list.head.next;
        p->link = {first, &list.head};
        first->prev = &p->link;
        list.head.next = &p->link;
      } else {
        put_block(p, real_order, type);
        zone.released += 1u << real_order;
        if (zone.is_short) update_shortage(type);
        if (waiters_ != 0) [[unlikely]]
          ops_->memory_freed();
      }
      return;
    }
  }
  refuse(fault, p, reinterpret_cast<std::uintptr_t>(contains(p) ? address(p) : nullptr), order, caller);
}

void PageAllocator::free_address_slow(std::uintptr_t address, unsigned order, const void* caller) {
  if (address == 0) return;
  page* const p = page_of(reinterpret_cast<const void*>(address));
  if (p == nullptr) return refuse(FreeFault::OutsideMemory, nullptr, address, order, caller);
  if (!is_aligned(address, kPageSize)) return refuse(FreeFault::Unaligned, p, address, order, caller);
  free_slow(p, order, caller);
}

// The block that a reference to `p` counts for, or nullptr: it is in no block in use, or inside one that is not compound.
page* PageAllocator::shared_head(page* p) const {
  page* const head = block_head(p);
  if (head == nullptr || (head != p && !is_compound(*head))) return nullptr;
  switch (kind_of(*head)) {
    case PageKind::Allocated:
    case PageKind::Slab:
    case PageKind::PageTable:
      return head->_refcount > 0 ? head : nullptr;
    default:
      return nullptr;
  }
}

void PageAllocator::get(page* p, const void* caller) {
  {
    const arch::IrqGuard guard;
    if (page* const head = shared_head(p); head != nullptr) {
      ++head->_refcount;
      return;
    }
  }
  refuse(FreeFault::NotReferenced, p, 0, 0, caller);
}

void PageAllocator::put(page* p, const void* caller) {
  page* head;
  {
    const arch::IrqGuard guard;
    head = shared_head(p);
    if (head != nullptr && head->_refcount > 1) {
      --head->_refcount;
      return;
    }
  }
  if (head != nullptr) return free_slow(head, order_of(*head), caller);
  free_slow(p, 0, caller);  // says what is wrong
}

// One report: what was asked, what is wrong with it, what it really is. Nothing is changed.
void PageAllocator::refuse(FreeFault fault, const page* p, std::uintptr_t address, unsigned order,
                           const void* caller) {
  last_fault_ = fault;
  ++faults_;
  if (printk_ratelimit() == 0) return;
  LogSink log{KERN_ERR};
  print(log, "BUG: Bad page free: order %u of page %px at address %#lx: %s, freed by %pS\n", order,
        static_cast<const void*>(p), static_cast<unsigned long>(address), fault_name(fault), caller);
  if (p != nullptr && contains(p)) {
    const page* const head = block_head(p);
    if (head == nullptr) {
      print(log, "pfn %#lx: no memory there\n", static_cast<unsigned long>(pfn(p).raw()));
    } else {
      print(log, "pfn %#lx is page %lu of %s of order %u, zone %s, refcount %d",
            static_cast<unsigned long>(pfn(p).raw()), static_cast<unsigned long>(p - head),
            kKindNames[static_cast<unsigned>(kind_of(*head))], order_of(*head), zone_name(zone_of(*head)),
            head->_refcount);
      const PageKind kind = kind_of(*head);
      if (kind == PageKind::Allocated) print(log, ", allocated by %pS", head->caller);
      if ((kind == PageKind::Free || kind == PageKind::Listed) && head == p && head->caller != nullptr) {
        print(log, ", freed last by %pS", head->caller);
      }
      print(log, "\n");
    }
  }
  dump_stack();
}

page* PageAllocator::block_head(page* p) const {
  if (!contains(p)) return nullptr;
  const std::size_t i = index(p);
  for (unsigned order = 0; order <= kMaxOrder; ++order) {
    const std::size_t candidate = i & ~((std::size_t{1} << order) - 1);
    page* const head = map_ + candidate;
    if (head->state == 0) continue;
    // The first page with a state: if its block ends before us, none holds us.
    return i - candidate < std::size_t{1} << order_of(*head) ? head : nullptr;
  }
  return nullptr;
}

}  // namespace mink::mm
