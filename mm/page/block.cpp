// SPDX-License-Identifier: MIT
// Blocks of more than a page, straight from and to the free lists of a zone that is not short: marks, reserves and the
// lists' state need no look there. What is left over goes the slow ways.
#include <arch/memory.hpp>
#include <bit>
#include <mm/page_allocator.hpp>

#include "page/free_lists.hpp"

namespace mink::mm {
namespace {

constexpr unsigned kCompShift = static_cast<unsigned>(std::countr_zero(__GFP_COMP / page_state::kCompound));
static_assert(page_state::kCompound << kCompShift == __GFP_COMP);

// A mask that may sleep, where nobody may?
[[gnu::always_inline]] inline bool must_not_sleep(gfp_t gfp, arch::IrqState irq) {
  if ((gfp & __GFP_DIRECT_RECLAIM) == 0) return false;
  const unsigned off = arch::irqs_were_disabled(irq) ? 1u << 7 : 0;
  return (sync::preempt_count() | off) != 0;
}

}  // namespace

// The block of that order given back last, if it is not merged yet and the zone does not become short by it.
[[gnu::always_inline]] inline page* PageAllocator::take_ready(gfp_t gfp, unsigned order, const void* caller) {
  if ((gfp & kNotPlain) != 0 || order > kMaxOrder) [[unlikely]]
    return nullptr;
  PageList& list = *preferred_[gfp & kPlacementMask];
  const unsigned pages = 1u << order;
  const arch::IrqState irq = arch::irq_save();
  const unsigned ready = list.ready;
  if ((ready & pages) == 0 || must_not_sleep(gfp, irq)) [[unlikely]] {
    arch::irq_restore(irq);
    return nullptr;
  }
  Zone& zone = *list.zone;
  const std::size_t left = zone.free_pages - pages;
  if (left < zone.short_below) [[unlikely]] {
    arch::irq_restore(irq);
    return nullptr;
  }
  zone.free_pages = left;
  zone.allocated += pages;
  list.ready = ready ^ pages;
  page* const p = list.ready_block[order];  // it has one reference
  p->state =
      list.allocated_state | order << page_state::kOrderShift | (gfp >> kCompShift & page_state::kCompound);
  arch::irq_restore(irq);
  p->private_data = 0;
  p->caller = caller;
  p->gfp = gfp;
  if (p == nullptr) __builtin_unreachable();
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
  // A closed list has no limit, and perhaps no zone.
  if ((orders == 0 && list.limit == 0) || must_not_sleep(gfp, irq) ||
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
  p->state = state | order << page_state::kOrderShift | (gfp >> kCompShift & page_state::kCompound);
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

// `p` may be anything that the mem_map has. Kept as it is, if its list has none ready of that order: a whole block with its
// last reference.
[[gnu::always_inline]] inline bool PageAllocator::keep_ready(page* p, unsigned order, const void* caller) {
  constexpr unsigned kToListed =
      static_cast<unsigned>(PageKind::Allocated) ^ static_cast<unsigned>(PageKind::Listed);
  const arch::IrqState irq = arch::irq_save();
  const unsigned state = p->state;
  PageList& list = held(lists_[state >> page_state::kListShift]);
  const unsigned ready = list.ready;
  // The order alone, if the kind is right.
  const unsigned rotated = std::rotr(
      (state & page_state::kBlockMask) ^ page_state::block(PageKind::Allocated, 0), page_state::kOrderShift);
  if (order > kMaxOrder || rotated != order || p->_refcount != 1 || (ready >> order & 1) != 0 ||
      !list.keeps_blocks) [[unlikely]] {
    arch::irq_restore(irq);
    return false;
  }
  const unsigned pages = 1u << order;
  list.ready = ready | pages;
  list.ready_block[order] = p;
  list.zone->free_pages += pages;
  p->state = (state ^ kToListed) & ~page_state::kCompound;
  p->caller = caller;
  arch::irq_restore(irq);
  return true;
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
  if (kind_of(*head) != kind || head->_refcount != 1) return false;
  set_page_kind(*head, PageKind::Allocated);
  free(head, order_of(*head), caller);
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
