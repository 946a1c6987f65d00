// SPDX-License-Identifier: MIT
// Blocks of more than a page, straight from and to the free lists of a zone that is not short: marks, reserves and the
// lists' state need no look there. What is left over goes the slow ways.
#include <arch/memory.hpp>
#include <bit>
#include <mm/page_allocator.hpp>

#include "page/free_lists.hpp"
#include "page/ready.hpp"

namespace mink::mm {

[[gnu::always_inline]] inline page* PageAllocator::take_ready(gfp_t gfp, unsigned order, const void* caller) {
  page* const p = ReadyBlocks::take(*this, gfp, order, PageKind::Allocated, caller, [](unsigned) {});
  if (p != nullptr) p->private_data = 0;
  return p;
}

page* PageAllocator::alloc_block(gfp_t gfp, unsigned order, const void* caller) {
  page* const p = take_ready(gfp, order, caller);
  return p != nullptr ? p : alloc_split(gfp, order, caller);
}

std::uintptr_t PageAllocator::alloc_block_address(gfp_t gfp, unsigned order, const void* caller) {
  const page* const p = take_ready(gfp, order, caller);
  return p != nullptr ? linear_address(p) : alloc_split_address(gfp, order, caller);
}

[[gnu::noinline]] std::uintptr_t PageAllocator::alloc_split_address(gfp_t gfp, unsigned order,
                                                                    const void* caller) {
  const page* const p = alloc_split(gfp, order, caller);
  return p != nullptr ? linear_address(p) : 0;
}

// The first of the smallest blocks that will do; if the mask's type has none, another type's.
[[gnu::noinline]] page* PageAllocator::alloc_split(gfp_t gfp, unsigned order, const void* caller) {
  if ((gfp & kNotPlain) != 0 || order > kMaxOrder) return alloc_slow(gfp, order, caller);
  PageList& list = *preferred_[gfp & kPlacementMask];
  const unsigned pages = 1u << order;
  const arch::IrqState irq = arch::irq_save();
  const unsigned orders = list.nonempty >> order;
  if (list.zone == nullptr || ReadyBlocks::must_not_sleep(gfp, irq) ||  // closed lists are no zone's
      list.zone->free_pages < list.zone->short_below + pages) [[unlikely]] {
    arch::irq_restore(irq);
    return alloc_slow(gfp, order, caller);
  }
  const unsigned state = list.allocated_state;
  page* const p = orders != 0 ? take_first(list, order, orders, state & kPlaceBits)
                              : take_block(page_state::zone(state), order, page_state::type(state));
  if (p == nullptr) [[unlikely]] {
    arch::irq_restore(irq);
    return alloc_slow(gfp, order, caller);
  }
  list.zone->allocated += pages;
  p->state = state | order << page_state::kOrderShift | ((gfp & __GFP_COMP) != 0 ? page_state::kCompound : 0);
  arch::irq_restore(irq);
  p->private_data = 0;
  p->caller = caller;
  p->gfp = gfp;
  return p;
}

page* PageAllocator::alloc_for_long(gfp_t gfp, unsigned order, const void* caller) {
  if (order != 0) return alloc_block(gfp, order, caller);
  if ((gfp & kNotPlain) == 0) [[likely]] {
    if (page* const p = alloc_listed(gfp, caller); p != nullptr) return p;
  }
  return alloc_split(gfp, 0, caller);
}

// A zeroed page off the list, and what needs the slow way at once.
page* PageAllocator::alloc_single(gfp_t gfp, const void* caller) {
  if ((gfp & kNotPlain) == __GFP_ZERO) {
    if (page* const p = alloc_listed(gfp, caller); p != nullptr) return zeroed(p, 0, caller);
  }
  return alloc_slow(gfp, 0, caller);
}

// `p` may be anything that the mem_map has.
[[gnu::always_inline]] inline bool PageAllocator::keep_ready(page* p, unsigned order, const void* caller) {
  const arch::IrqState irq = arch::irq_save();
  const unsigned state = p->state;
  // The order alone, if the kind is right.
  const unsigned rotated = std::rotr(
      (state & page_state::kBlockMask) ^ page_state::block(PageKind::Allocated, 0), page_state::kOrderShift);
  const bool kept = order <= kMaxOrder && rotated == order &&
                    ReadyBlocks::keep(*this, p, state, order, PageKind::Allocated, caller);
  arch::irq_restore(irq);
  return kept;
}

void PageAllocator::free_block(page* p, unsigned order, const void* caller) {
  if (!keep_ready(p, order, caller)) [[unlikely]]
    free_merge(p, order, caller);
}

void PageAllocator::free_block_address(std::uintptr_t address, unsigned order, const void* caller) {
  const std::uintptr_t i = std::rotr(address - linear_base_, kPageShift);
  if (i >= linear_pages_) [[unlikely]]
    return free_address_slow(address, order, caller);
  page* const p = map_ + i;
  if (!keep_ready(p, order, caller)) [[unlikely]]
    free_merge(p, order, caller);
}

bool PageAllocator::release(page* head, PageKind kind, const void* caller) {
  const arch::IrqGuard guard;
  const unsigned state = head->state;
  const unsigned order = page_state::order(state);
  if (page_state::kind(state) != kind || head->_refcount != 1) [[unlikely]]
    return false;
  PageList& list = held(lists_[state >> page_state::kListShift]);
  if (order != 0) {
    if (ReadyBlocks::keep(*this, head, state, order, kind, caller)) return true;
  } else if (list.room > 0) [[likely]] {
    --list.room;
    head->caller = caller;
    push_listed(list, head, page_state::with_kind(state, PageKind::Listed));
    return true;
  }
  head->state = page_state::with_kind(state, PageKind::Allocated);
  (void)take_back(head, order, caller);
  return true;
}

// A whole block with its last reference, in a zone that is not short, goes back and merges.
void PageAllocator::free_merge(page* p, unsigned order, const void* caller) {
  const arch::IrqState irq = arch::irq_save();
  const unsigned state = p->state;
  if (order <= kMaxOrder &&
      (state & page_state::kBlockMask) == page_state::block(PageKind::Allocated, order) &&
      p->_refcount == 1 && lists_[state >> page_state::kListShift].keeps_blocks) [[likely]] {
    p->_refcount = 0;
    p->caller = caller;
    put_block(p, order, page_state::zone(state));
    return arch::irq_restore(irq);
  }
  arch::irq_restore(irq);
  free_slow(p, order, caller);
}

}  // namespace mink::mm
