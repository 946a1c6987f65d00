// SPDX-License-Identifier: MIT
// Blocks of more than a page, straight from and to the free lists of a zone that is not short: marks, reserves and the
// lists' state need no look there. What is left over goes the slow ways.
#include <arch/memory.hpp>
#include <mm/page_allocator.hpp>

#include "page/free_lists.hpp"

namespace mink::mm {

page* PageAllocator::alloc_block(gfp_t gfp, unsigned order, const void* caller) {
  if ((gfp & kNotPlain) != 0 || order - 1 >= kMaxOrder) return alloc_zeroed(gfp, order, caller);
  const PageList& list = *preferred_[gfp & kPlacementMask];
  const unsigned state = list.allocated_state;
  Zone& zone = held(zone_ref(page_state::zone(state)));
  const unsigned pages = 1u << order;
  const arch::IrqState irq = arch::irq_save();
  const unsigned orders = zone.nonempty[static_cast<unsigned>(page_state::type(state))] >> order;
  const bool atomic = (sync::preempt_count() | (arch::irqs_were_disabled(irq) ? 1u : 0u)) != 0;
  // Closed lists are of a zone that is short; this block must not make it so.
  if (((gfp & __GFP_DIRECT_RECLAIM) != 0 && atomic) || list.limit == 0 || orders == 0 ||
      zone.free_pages < zone.short_below + pages) [[unlikely]] {
    arch::irq_restore(irq);
    return alloc_slow(gfp, order, caller);
  }
  page* const p = take_first(zone, order, orders, state & kPlaceBits);
  zone.allocated += pages;
  p->state = state | order << page_state::kOrderShift | ((gfp & __GFP_COMP) != 0 ? page_state::kCompound : 0);
  arch::irq_restore(irq);
  p->caller = caller;
  p->gfp = gfp;
  p->private_data = 0;
  return p;
}

// A zeroed page off the list, and what needs the slow way at once.
page* PageAllocator::alloc_zeroed(gfp_t gfp, unsigned order, const void* caller) {
  if (order == 0 && (gfp & kNotPlain) == __GFP_ZERO) {
    if (page* const p = alloc_listed(gfp, caller); p != nullptr) return zeroed(p, 0, caller);
  }
  return alloc_slow(gfp, order, caller);
}

// `p` may be anything. A whole block with its last reference, in a zone that is not short, goes back here.
void PageAllocator::free_block(page* p, unsigned order, const void* caller) {
  if (contains(p) && order <= kMaxOrder) {
    const arch::IrqState irq = arch::irq_save();
    const unsigned state = p->state;
    Zone& zone = held(zone_ref(page_state::zone(state)));
    if (order != 0 && (state & page_state::kBlockMask) == page_state::block(PageKind::Allocated, order) &&
        p->_refcount == 1 && !zone.is_short && waiters_ == 0) [[likely]] {
      p->_refcount = 0;
      p->caller = caller;
      zone.released += 1u << order;
      put_block(p, order, page_state::zone(state));
      arch::irq_restore(irq);
      return;
    }
    arch::irq_restore(irq);
  }
  free_slow(p, order, caller);
}

}  // namespace mink::mm
