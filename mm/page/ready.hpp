// SPDX-License-Identifier: MIT
// The ready block of each order: what was given back last stays as it is for whoever asks next. It is out of its zone's
// free_pages, so that taking it needs no look at the marks. Counted for the ARM1176.
#pragma once
#include <arch/memory.hpp>
#include <bit>
#include <mm/page_allocator.hpp>

#include "page/free_lists.hpp"

namespace mink::mm {

struct ReadyBlocks {
  // The ready block of that order, given out as one of `kind`; nullptr: there is none, or the mask asks for more; nothing
  // is changed. `counted(pages)` runs before interrupts are as they were.
  template <class Counted>
  [[gnu::always_inline]] static page* take(PageAllocator& from, gfp_t gfp, unsigned order, PageKind kind,
                                           const void* caller, Counted counted) {
    constexpr auto kCompShift = static_cast<unsigned>(std::countr_zero(__GFP_COMP / page_state::kCompound));
    static_assert(page_state::kCompound << kCompShift == __GFP_COMP);
    if ((gfp & PageAllocator::kNotPlain) != 0 || order > kMaxOrder) [[unlikely]]
      return nullptr;
    PageList& list = *from.preferred_[gfp & PageAllocator::kPlacementMask];
    const unsigned pages = 1u << order;
    const arch::IrqState irq = arch::irq_save();
    const unsigned ready = list.ready;
    if ((ready & pages) == 0 || must_not_sleep(gfp, irq)) [[unlikely]] {
      arch::irq_restore(irq);
      return nullptr;
    }
    list.ready = ready ^ pages;
    list.taken += pages;
    page* const p = list.ready_block[order];  // it has one reference
    p->state = (list.allocated_state ^ change(PageKind::Allocated, kind)) | order << page_state::kOrderShift |
               (gfp >> kCompShift & page_state::kCompound);
    counted(pages);
    arch::irq_restore(irq);
    p->caller = caller;
    p->gfp = gfp;
    if (p == nullptr) __builtin_unreachable();
    return p;
  }

  // Keeps the block of `kind` and `order` whose head is `p`, if that is its last reference and its list has none ready of
  // that order. False: nothing is changed. Interrupts off.
  [[gnu::always_inline]] static bool keep(PageAllocator& in, page* p, unsigned state, unsigned order,
                                          PageKind kind, const void* caller) {
    PageList& list = held(in.lists_[state >> page_state::kListShift]);
    const unsigned ready = list.ready;
    if (p->_refcount != 1 || (ready >> order & 1) != 0 || !list.keeps_blocks) [[unlikely]]
      return false;
    list.ready = ready | 1u << order;
    list.ready_block[order] = p;
    p->state = (state ^ change(kind, PageKind::Listed)) & ~page_state::kCompound;
    p->caller = caller;
    return true;
  }

  // A mask that may sleep, where nobody may?
  [[gnu::always_inline]] static bool must_not_sleep(gfp_t gfp, arch::IrqState irq) {
    if ((gfp & __GFP_DIRECT_RECLAIM) == 0) return false;
    const unsigned off = arch::irqs_were_disabled(irq) ? 1u << 7 : 0;
    return (sync::preempt_count() | off) != 0;
  }

 private:
  static constexpr unsigned change(PageKind from, PageKind to) {
    return static_cast<unsigned>(from) ^ static_cast<unsigned>(to);
  }
};

}  // namespace mink::mm
