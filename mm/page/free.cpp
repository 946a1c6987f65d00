// SPDX-License-Identifier: MIT
// A free that the hot list did not take at once: whole blocks, shared pages, full lists, and mistakes.
#include <mm/page_allocator.hpp>

#include "report/refusal.hpp"

namespace mink::mm {

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
      return "double free: free already";
    case FreeFault::Reserved:
      return "reserved";
    case FreeFault::SlabPage:
      return "a slab's: kfree or kmem_cache_free gives objects back";
    case FreeFault::TablePage:
      return "a page table";
    case FreeFault::LargeBlock:
      return "kmalloc's: kfree gives it back";
    case FreeFault::AreaPage:
      return "a vmalloc area's: vfree gives it back";
    case FreeFault::WrongOrder:
      return "of another order";
    case FreeFault::NotReferenced:
      return "not in use";
    case FreeFault::Shared:
      return "others hold it, too: put_page drops one reference";
  }
  return "?";
}

// What would be wrong with freeing `p` as a block of `order`? Interrupts off.
FreeFault PageAllocator::fault_of(const page* p, unsigned order) const {
  const page* const head = block_head(p);
  if (head == nullptr) return FreeFault::OutsideMemory;
  switch (kind_of(*head)) {
    case PageKind::Inner:
    case PageKind::Allocated:
      break;
    case PageKind::Reserved:
      return FreeFault::Reserved;
    case PageKind::Free:
    case PageKind::Listed:
      return FreeFault::AlreadyFree;
    case PageKind::Slab:
      return FreeFault::SlabPage;
    case PageKind::PageTable:
      return FreeFault::TablePage;
    case PageKind::Large:
      return FreeFault::LargeBlock;
    case PageKind::Vmalloc:
      return FreeFault::AreaPage;
  }
  if (head != p) return FreeFault::InnerPage;
  if (p->_refcount <= 0) return FreeFault::NotReferenced;
  if (order_of(*p) != order) return FreeFault::WrongOrder;
  return FreeFault::None;
}

void PageAllocator::free_slow(page* p, unsigned order, const void* caller) {
  if (p == nullptr) return;
  const FreeFault fault = take_back(p, order, caller);
  if (fault != FreeFault::None) refuse(fault, "__free_pages", p, static_cast<int>(order), caller);
}

void PageAllocator::free_address_slow(std::uintptr_t address, unsigned order, const void* caller) {
  if (address == 0) return;
  page* const p = page_of(reinterpret_cast<const void*>(address));
  const FreeFault fault = p == nullptr                      ? FreeFault::OutsideMemory
                          : !is_aligned(address, kPageSize) ? FreeFault::Unaligned
                                                            : take_back(p, order, caller);
  if (fault == FreeFault::None) return;
  refuse(fault, "free_pages", reinterpret_cast<const void*>(address), static_cast<int>(order), caller);
}

// The block that a reference to `p` counts for, or nullptr: it is in no block in use, or inside one that is not compound.
page* PageAllocator::shared_head(page* p) const {
  page* const head = block_head(p);
  if (head == nullptr || (head != p && !is_compound(*head))) return nullptr;
  return is_in_use(*head) && head->_refcount > 0 ? head : nullptr;
}

void PageAllocator::get(page* p, const void* caller) {
  {
    const arch::IrqGuard guard;
    if (page* const head = shared_head(p); head != nullptr) {
      ++head->_refcount;
      return;
    }
  }
  refuse(FreeFault::NotReferenced, "get_page", p, -1, caller);
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
  const FreeFault fault =
      head != nullptr ? take_back(head, order_of(*head), caller) : take_back(p, 0, caller);
  if (fault != FreeFault::None) refuse(fault, "put_page", p, -1, caller);
}

// One report: what was asked, what is wrong with it, what it really is. Nothing is changed.
void PageAllocator::refuse(FreeFault fault, const char* call, Given given, int order, const void* caller) {
  last_fault_ = fault;
  ++faults_;
  report_refusal(
      Memory::around(*this),
      {.call = call, .given = given, .order = order, .wrong = fault_name(fault), .caller = caller});
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
